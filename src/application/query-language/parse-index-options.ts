import type { IndexDefinition } from '../../domain/document/index-definition.ts';
import { invalidRequest } from '../../domain/errors.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Json } from '../../domain/value/value.ts';
import { parseFilter } from './parse-filter.ts';
import type { ParseOptions } from './parse-options.ts';
import { isJsonObject } from './parse-scope.ts';

export type IndexOptions = Omit<IndexDefinition, 'name' | 'keys'> & { readonly name: string | undefined };

const known: ReadonlySet<string> = new Set([
  'name',
  'unique',
  'sparse',
  'expire_after_seconds',
  'partial_filter',
]);
const maxNameBytes = 128;
const maxSeconds = 2 ** 31 - 1;

/** The options of an index by themselves. Rejects unknown ones and wrong types with INVALID_REQUEST. */
export function parseIndexOptions(source: Json, options: ParseOptions): IndexOptions {
  if (!isJsonObject(source)) throw invalidRequest('options is an object', options.path);
  const unknown = Object.keys(source).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalidRequest('unknown index option', `${options.path}.${unknown}`);
  return {
    name: parseName(source.name, `${options.path}.name`),
    unique: parseFlag(source.unique, `${options.path}.unique`),
    sparse: parseFlag(source.sparse, `${options.path}.sparse`),
    expireAfterSeconds: parseSeconds(source.expire_after_seconds, `${options.path}.expire_after_seconds`),
    partialFilter: parsePartialFilter(source.partial_filter, options),
  };
}

/** Names also become names of the databases' own indexes; a longer one than this would be cut or refused there. */
export function isNameTooLong(name: string): boolean {
  return new TextEncoder().encode(name).length > maxNameBytes;
}

function parseName(source: Json | undefined, path: string): string | undefined {
  if (source === undefined) return undefined;
  if (typeof source !== 'string') throw invalidRequest('a name is a string', path);
  if (source === '' || isNameTooLong(source))
    throw invalidRequest(`the name of an index has 1 to ${maxNameBytes} bytes`, path);
  if (source.includes('\0') || !source.isWellFormed())
    throw invalidRequest('the name of an index is valid Unicode without NUL', path);
  // MongoDB's own names: of the index that cannot be dropped, and for "all of them".
  if (source === '_id_' || source === '*') throw invalidRequest(`the name "${source}" is reserved`, path);
  return source;
}

function parseFlag(source: Json | undefined, path: string): boolean {
  if (source === undefined) return false;
  if (typeof source !== 'boolean') throw invalidRequest('takes true or false', path);
  return source;
}

function parseSeconds(source: Json | undefined, path: string): number | undefined {
  if (source === undefined) return undefined;
  if (typeof source === 'number' && Number.isInteger(source) && source >= 0 && source <= maxSeconds)
    return source;
  throw invalidRequest(`takes whole seconds from 0 to ${maxSeconds}`, path);
}

function parsePartialFilter(
  source: Json | undefined,
  options: ParseOptions,
): IndexDefinition['partialFilter'] {
  if (source === undefined) return undefined;
  const path = `${options.path}.partial_filter`;
  if (!isJsonObject(source)) throw invalidRequest('a filter is an object', path);
  const filter = parseFilter(source, { ...options, path });
  if (!canBePartial(filter))
    throw invalidRequest(
      'a partial filter takes $eq, $gt, $gte, $lt, $lte, $in, $exists: true, $type, $and, $or',
      path,
    );
  return { filter, source };
}

/** https://www.mongodb.com/docs/manual/core/index-partial/#create-a-partial-index */
function canBePartial(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.every(canBePartial);
    case 'in':
      return filter.patterns.length === 0;
    case 'everything':
    case 'compare':
    case 'exists':
    case 'type':
      return true;
    default:
      return false;
  }
}
