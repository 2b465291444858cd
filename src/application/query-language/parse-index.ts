import type { IndexDefinition, IndexKind } from '../../domain/document/index-definition.ts';
import { invalidRequest } from '../../domain/errors.ts';
import { pathToString } from '../../domain/query/path.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import { isNameTooLong, parseIndexOptions } from './parse-index-options.ts';
import type { ParseOptions } from './parse-options.ts';
import { parsePath } from './parse-path.ts';
import { isJsonObject } from './parse-scope.ts';

/** MongoDB's bound on compound keys: https://www.mongodb.com/docs/manual/reference/limits/#indexes */
const maxKeyFields = 32;
type Keys = IndexDefinition['keys'];

/**
 * `{keys, options}` of an index request (semantics.md §8). Without a name the index gets the one that MongoDB would
 * make: `city_1_age_-1`. Rejects with INVALID_REQUEST; `options.path` may be empty for a request's own top level.
 */
export function parseIndex(source: Json, options: ParseOptions): IndexDefinition {
  if (!isJsonObject(source)) throw invalidRequest('an index is an object', options.path);
  const keys = parseKeys(source.keys ?? null, at(options, 'keys'));
  const given = parseIndexOptions(source.options === undefined ? {} : source.options, at(options, 'options'));
  const definition = { ...given, keys, name: given.name ?? defaultName(keys, options) };
  checkCombination(definition, at(options, 'options'));
  return definition;
}

function at(options: ParseOptions, name: string): ParseOptions {
  return { ...options, path: options.path === '' ? name : `${options.path}.${name}` };
}

function parseKeys(source: Json, options: ParseOptions): Keys {
  if (!isJsonObject(source)) throw invalidRequest('keys is an object of fields', options.path);
  const fields = Object.entries(source);
  if (fields.length === 0 || fields.length > maxKeyFields)
    throw invalidRequest(`an index has 1 to ${maxKeyFields} fields`, options.path);
  const keys = fields.map(([field, kind]) => {
    const place = { ...options, path: `${options.path}.${field}` };
    return { path: parsePath(field, place), kind: parseKind(kind, place) };
  });
  refuseSpecialMixtures(keys, source, options);
  return keys;
}

function parseKind(source: Json, options: ParseOptions): IndexKind {
  if (source === 1 || source === -1) return source;
  if (source === 'text' || source === '2dsphere' || source === 'hashed') return source;
  throw invalidRequest('the kind of a key is 1, -1, "text", "2dsphere" or "hashed"', options.path);
}

function refuseSpecialMixtures(keys: Keys, source: JsonObject, options: ParseOptions): void {
  const paths = keys.map(({ path }) => pathToString(path));
  if (new Set(paths).size < Object.keys(source).length)
    throw invalidRequest('an index names each field once', options.path);
  if (paths.length === 1 && paths[0] === '_id')
    throw invalidRequest('the index on the id exists always, as "_id_"', options.path);
  if (keys.filter(({ kind }) => kind === 'hashed').length > 1)
    throw invalidRequest('an index has at most one hashed field', options.path);
  const special = new Set(keys.map(({ kind }) => kind).filter((kind) => typeof kind === 'string'));
  if (special.size > 1) throw invalidRequest('an index has one special kind of key', options.path);
}

/** What the options demand of the keys and of each other. */
function checkCombination(index: IndexDefinition, options: ParseOptions): void {
  if (index.unique && index.keys.some(({ kind }) => typeof kind === 'string'))
    throw invalidRequest('only ascending and descending keys can be unique', `${options.path}.unique`);
  if (index.sparse && index.partialFilter !== undefined)
    throw invalidRequest('an index is sparse or partial, not both', `${options.path}.sparse`);
  if (index.expireAfterSeconds === undefined) return;
  const [key, ...others] = index.keys;
  if (others.length > 0 || typeof key?.kind === 'string')
    throw invalidRequest(
      'documents expire by an index on one ascending or descending field',
      `${options.path}.expire_after_seconds`,
    );
}

function defaultName(keys: Keys, options: ParseOptions): string {
  const name = keys.map(({ path, kind }) => `${pathToString(path)}_${kind}`).join('_');
  if (isNameTooLong(name))
    throw invalidRequest(
      'the index needs a name: the one made of its keys is too long',
      at(options, 'keys').path,
    );
  return name;
}
