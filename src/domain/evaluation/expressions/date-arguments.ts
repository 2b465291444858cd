import { ObjectIdValue, OpaqueValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { type CompiledCall, isNullish, operandError, typeError } from './operator-compiler.ts';
import { type TimeZone, timeZoneOf, utc } from './time-zone.ts';

/** A date, or what holds one (an ObjectId, a timestamp); undefined of null. Strings are not dates: `$toDate` makes them. */
export function readDate(value: Value | undefined, call: CompiledCall): Date | undefined {
  if (isNullish(value)) return undefined;
  if (value instanceof Date) return value;
  if (value instanceof ObjectIdValue) return objectIdDate(value);
  const seconds = timestampSeconds(value);
  if (seconds === undefined) throw typeError(call, 'a date', value);
  return new Date(seconds * 1000);
}

/** When an ObjectId was made, from its first four bytes. */
export function objectIdDate(id: ObjectIdValue): Date {
  return new Date(Number.parseInt(id.hex.slice(0, 8), 16) * 1000);
}

export function timestampSeconds(value: Value): number | undefined {
  if (!(value instanceof OpaqueValue) || value.type !== 'timestamp') return undefined;
  return Number(/"t":(\d+)/.exec(value.extendedJson)?.[1] ?? 0);
}

/** The zone that was given, UTC when none was; undefined of null. */
export function readZone(value: Value | undefined, call: CompiledCall): TimeZone | undefined {
  if (value === undefined && !Object.hasOwn(call.named, 'timezone')) return utc;
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string') throw typeError(call, 'a string as its timezone', value);
  const zone = timeZoneOf(value);
  if (zone === undefined) throw operandError(call, `does not know the timezone ${JSON.stringify(value)}`);
  return zone;
}

const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
export type DateUnit = (typeof units)[number];

export function readUnit(value: Value | undefined, call: CompiledCall): DateUnit | undefined {
  if (isNullish(value)) return undefined;
  const unit = units.find((name) => name === value);
  if (unit === undefined) throw operandError(call, 'takes a unit from year to millisecond');
  return unit;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** 0 (Sunday, the default) to 6; undefined of null. */
export function readStartOfWeek(value: Value | undefined, call: CompiledCall): number | undefined {
  if (value === undefined && !Object.hasOwn(call.named, 'startOfWeek')) return 0;
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string') throw typeError(call, 'a string as its startOfWeek', value);
  const name = value.toLowerCase();
  const index = weekdays.findIndex((day) => day === name || day.slice(0, 3) === name);
  if (index < 0) throw operandError(call, `does not know the day of the week ${JSON.stringify(value)}`);
  return index;
}

/** A date from milliseconds; refused outside of what dates can hold. */
export function makeDate(millis: number, call: CompiledCall): Date {
  const date = new Date(millis);
  if (Number.isNaN(date.getTime())) throw operandError(call, 'leaves the range of dates');
  return date;
}
