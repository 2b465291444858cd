import { TypedNumber } from '../../domain/value/bson.ts';
import type { Json } from '../../domain/value/value.ts';
import { isJsonObject, type ParseScope } from './parse-scope.ts';
import { parseValue } from './parse-value.ts';

/** A number in whichever form the options allow; undefined: something else. */
export function parseNumber(source: Json | undefined, scope: ParseScope): number | undefined {
  if (typeof source === 'number') return source;
  if (!scope.extendedJson || !isJsonObject(source)) return undefined;
  const value = parseValue(source, scope);
  if (typeof value === 'number') return value;
  return value instanceof TypedNumber ? value.value : undefined;
}

/** An integer, also when it is written as 2.0. */
export function parseInteger(source: Json | undefined, scope: ParseScope): number | undefined {
  const value = parseNumber(source, scope);
  return Number.isInteger(value) ? value : undefined;
}
