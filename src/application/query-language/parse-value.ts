import { invalidRequest } from '../../domain/errors.ts';
import type { Json, JsonObject, Value } from '../../domain/value/value.ts';
import { isExtendedJson, parseExtendedJson } from './parse-extended-json.ts';
import type { ParseOptions } from './parse-options.ts';
import {
  descend,
  isJsonArray,
  isJsonObject,
  type ParseScope,
  startScope,
  valueWeight,
} from './parse-scope.ts';

/**
 * A literal value of a query. With `extendedJson`, `{"$date": …}` and the like become what they stand for; without,
 * they are refused, because the database holds no such values and the caller means something else.
 */
export function parseValue(source: Json, options: ParseOptions): Value {
  return readValue(source, startScope(options));
}

function readValue(source: Json, scope: ParseScope): Value {
  if (isJsonArray(source)) return readArray(source, scope);
  if (!isJsonObject(source)) return source;
  if (!isExtendedJson(source)) return readObject(source, scope);
  if (scope.extendedJson) return parseExtendedJson(source, scope);
  throw invalidRequest('this database holds plain JSON: Extended JSON is not a value here', scope.path);
}

/** The same array when no member had to be converted. */
function readArray(source: readonly Json[], scope: ParseScope): readonly Value[] {
  let changed = false;
  const items = source.map((item, index) => {
    const value = readMember(item, scope, () => `[${index}]`);
    changed ||= value !== item;
    return value;
  });
  return changed ? items : source;
}

/** The same object when no field had to be converted; a field `__proto__` stays an own field. */
function readObject(source: JsonObject, scope: ParseScope): Value {
  let changed = false;
  const fields = Object.entries(source).map(([name, member]): readonly [string, Value] => {
    const value = readMember(member, scope, () => `.${name}`);
    changed ||= value !== member;
    return [name, value];
  });
  return changed ? Object.fromEntries(fields) : source;
}

function readMember(source: Json, scope: ParseScope, step: () => string): Value {
  return typeof source === 'object' && source !== null
    ? readValue(source, descend(scope, step(), valueWeight))
    : source;
}
