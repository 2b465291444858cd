import { invalidRequest } from '../../domain/errors.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Json } from '../../domain/value/value.ts';
import { isJsonObject, type ParseScope } from './parse-scope.ts';

const optionTypes: ReadonlyMap<string, string> = new Map([
  ['$search', 'string'],
  ['$language', 'string'],
  ['$caseSensitive', 'boolean'],
  ['$diacriticSensitive', 'boolean'],
]);

/** `$text`; whether a database can is said by its capabilities. */
export function parseText(source: Json, scope: ParseScope): Filter {
  if (!isJsonObject(source) || typeof source.$search !== 'string')
    throw invalidRequest('$text needs an object with a string $search', scope.path);
  for (const [name, option] of Object.entries(source)) {
    if (typeof option !== optionTypes.get(name))
      throw invalidRequest(`$text does not take this ${name}`, `${scope.path}.${name}`);
  }
  return { kind: 'text', search: source.$search, source };
}
