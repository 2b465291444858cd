import { ObjectIdValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { toDecimal, toDouble, toInt, toLong } from './convert-number.ts';
import { objectIdDate, timestampSeconds } from './date-arguments.ts';
import { formatNumber } from './format-number.ts';
import { truthy } from './logic-operators.ts';
import { isNumeric, numberOf, numberTypeOf } from './numbers.ts';
import { instantOfFields, readFreely } from './parse-date.ts';
import { utc } from './time-zone.ts';

/** What a value can be converted to without a format. */
export type ConversionTarget =
  | 'bool'
  | 'date'
  | 'decimal'
  | 'double'
  | 'int'
  | 'long'
  | 'objectId'
  | 'string';

/**
 * By target; undefined: the value cannot be converted. Never called with null.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/convert/
 */
export const conversions: Readonly<Record<ConversionTarget, (value: Value) => Value | undefined>> = {
  bool: (value) => (typeof value === 'object' && !isNumeric(value) ? true : truthy(value)),
  date: toDate,
  decimal: toDecimal,
  double: toDouble,
  int: toInt,
  long: toLong,
  objectId: toObjectId,
  string: toText,
};

function toDate(value: Value): Value | undefined {
  if (value instanceof Date) return value;
  if (value instanceof ObjectIdValue) return objectIdDate(value);
  if (typeof value === 'string') {
    const fields = readFreely(value);
    return fields === undefined ? undefined : dateAt(instantOfFields(fields, utc));
  }
  if (isNumeric(value))
    return numberTypeOf(value) === 'int' ? undefined : dateAt(Math.trunc(numberOf(value)));
  const seconds = timestampSeconds(value);
  return seconds === undefined ? undefined : dateAt(seconds * 1000);
}

function dateAt(millis: number | undefined): Date | undefined {
  const date = new Date(millis ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function toObjectId(value: Value): Value | undefined {
  if (value instanceof ObjectIdValue) return value;
  if (typeof value !== 'string' || !/^[0-9a-f]{24}$/i.test(value)) return undefined;
  return new ObjectIdValue(value.toLowerCase());
}

function toText(value: Value): Value | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isNumeric(value)) return formatNumber(value);
  if (value instanceof ObjectIdValue) return value.hex;
  if (value instanceof Date) return dateText(value);
  return undefined;
}

/** RFC 3339; undefined outside of the years 0 to 9999, which it cannot write. */
function dateText(date: Date): string | undefined {
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : undefined;
}
