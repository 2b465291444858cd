import { invalidRequest } from '../../domain/errors.ts';
import { knowsLocale } from '../../domain/evaluation/compile-collation.ts';
import type { Collation } from '../../domain/query/collation.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import { isJsonObject } from './parse-scope.ts';

/**
 * A collation as MongoDB's commands take it, as far as every database can have it; undefined for the locale `simple`,
 * which is the order of code points. https://www.mongodb.com/docs/manual/reference/collation/
 */
export function parseCollation(source: Json, path: string): Collation | undefined {
  if (!isJsonObject(source)) throw invalidRequest('a collation is an object', path);
  const unknown = Object.keys(source).find((name) => !names.has(name));
  if (unknown !== undefined)
    throw invalidRequest(`a collation takes ${[...names].join(', ')}`, `${path}.${unknown}`);
  const one = <T extends Json>(name: string, allowed: readonly [T, ...T[]]): T =>
    oneOf(source, name, allowed, path);
  const collation = {
    locale: localeOf(source, path),
    strength: one('strength', [3, 2, 1]),
    caseLevel: one('caseLevel', [false, true]),
    caseFirst: one('caseFirst', ['off', 'upper', 'lower']),
    numericOrdering: one('numericOrdering', [false, true]),
    ignorePunctuation: one('alternate', ['non-ignorable', 'shifted']) === 'shifted',
  };
  return collation.locale === 'simple' ? undefined : collation;
}

const names: ReadonlySet<string> = new Set([
  'locale',
  'strength',
  'caseLevel',
  'caseFirst',
  'numericOrdering',
  'alternate',
]);

/** ICU's names (`de_AT`) and language tags (`de-AT`). */
function localeOf({ locale = null }: JsonObject, path: string): string {
  const tag = typeof locale === 'string' ? locale.replaceAll('_', '-') : '';
  const known = tag === 'simple' || (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag) && knowsLocale(tag));
  if (known) return tag;
  throw invalidRequest('a locale such as en or de_AT, or simple', `${path}.locale`);
}

/** The first is the default. */
function oneOf<T extends Json>(
  source: JsonObject,
  name: string,
  allowed: readonly [T, ...T[]],
  path: string,
): T {
  if (!Object.hasOwn(source, name)) return allowed[0];
  const found = allowed.find((value) => value === source[name]);
  if (found === undefined) throw invalidRequest(`one of ${allowed.join(', ')}`, `${path}.${name}`);
  return found;
}
