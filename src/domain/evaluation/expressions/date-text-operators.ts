import type { Value } from '../../value/value.ts';
import { daysFromIsoWeek, localMillis } from './calendar.ts';
import { makeDate, readDate, readZone } from './date-arguments.ts';
import { formatDate, isDateFormat } from './date-format.ts';
import { bigIntOf, isNumeric, numberOf } from './numbers.ts';
import {
  type CompiledCall,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  operandError,
  typeError,
  typeName,
} from './operator-compiler.ts';
import { instantOfFields, isReadableDateFormat, readByFormat, readFreely } from './parse-date.ts';
import { daysFromCivil, instantOf, type TimeZone } from './time-zone.ts';

type DateTextOperator = '$dateFromParts' | '$dateFromString' | '$dateToString';

export const dateTextOperators: Readonly<Record<DateTextOperator, OperatorCompiler>> = {
  $dateFromParts: eagerNamed(fromParts),
  $dateFromString: (call) => {
    const { onError, onNull, ...named } = call.named;
    const read = eagerNamed((values) => fromText(values, call, onError !== undefined))({ ...call, named });
    return (variables) => {
      const date = read(variables);
      if (date === null) return onNull === undefined ? null : onNull(variables);
      return date === undefined ? onError?.(variables) : date;
    };
  },
  $dateToString: (call) => {
    const { onNull, ...named } = call.named;
    const write = eagerNamed((values) => toText(values, call))({ ...call, named });
    return (variables) => {
      const text = write(variables);
      return text === undefined ? (onNull === undefined ? null : onNull(variables)) : text;
    };
  },
};

/** Undefined of a null date, which `onNull` stands for. */
function toText({ date, format, timezone }: NamedValues, call: CompiledCall): Value | undefined {
  if (isNullish(format) && Object.hasOwn(call.named, 'format')) return null;
  if (!isNullish(format) && typeof format !== 'string')
    throw typeError(call, 'a string as its format', format);
  if (typeof format === 'string' && !isDateFormat(format)) throw operandError(call, 'has an invalid format');
  const instant = readDate(date, call);
  if (instant === undefined) return undefined;
  const zone = readZone(timezone, call);
  if (zone === undefined) return null;
  const standard = `%Y-%m-%dT%H:%M:%S.%L${Object.hasOwn(call.named, 'timezone') ? '' : 'Z'}`;
  const local = localMillis(instant, zone);
  const year = new Date(local).getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw operandError(call, 'writes the years 0 to 9999 only');
  return formatDate(format ?? standard, local, zone.offsetAt(instant.getTime()));
}

/** Null of a null text, undefined of a text that is no date where `onError` stands in. */
function fromText(named: NamedValues, call: CompiledCall, lenient: boolean): Value | undefined {
  const { dateString, format, timezone } = named;
  if (!isNullish(format) && typeof format !== 'string')
    throw typeError(call, 'a string as its format', format);
  if (typeof format === 'string' && !isReadableDateFormat(format))
    throw operandError(call, 'has an invalid format');
  const zone = readZone(timezone, call);
  if (isNullish(dateString)) return null;
  if (zone === undefined || (isNullish(format) && Object.hasOwn(call.named, 'format'))) return null;
  const date = typeof dateString === 'string' ? dateOfText(dateString, format, zone, call) : undefined;
  if (date === undefined && !lenient)
    throw operandError(call, `cannot read a date from ${typeName(dateString)}${textOf(dateString)}`);
  return date;
}

function textOf(value: Value): string {
  return typeof value === 'string' ? ` ${JSON.stringify(value.slice(0, 64))}` : '';
}

function dateOfText(
  text: string,
  format: string | null | undefined,
  zone: TimeZone,
  call: CompiledCall,
): Date | undefined {
  const fields = isNullish(format) ? readFreely(text) : readByFormat(text, format);
  if (fields === undefined) return undefined;
  if (fields.zone !== undefined && Object.hasOwn(call.named, 'timezone')) return undefined;
  const instant = instantOfFields(fields, zone);
  return instant === undefined ? undefined : new Date(instant);
}

/** Parts may be out of range: they carry over. */
function fromParts(named: NamedValues, call: CompiledCall): Value {
  const zone = readZone(named.timezone, call);
  const iso = Object.hasOwn(call.named, 'isoWeekYear');
  const names = iso ? ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'] : ['year', 'month', 'day'];
  const date = names.map((name, i) => partOf(named, name, i === 0 ? Number.NaN : 1, call));
  const time = ['hour', 'minute', 'second', 'millisecond'].map((name) => partOf(named, name, 0, call));
  if (zone === undefined || [...date, ...time].includes(null)) return null;
  const [year = 0, month = 0, day = 0] = date.map(Number);
  const [hour = 0, minute = 0, second = 0, millisecond = 0] = time.map(Number);
  if (year < 1 || year > 9999) throw operandError(call, `takes a ${names[0]} from 1 to 9999`);
  const days = iso ? daysFromIsoWeek(year, month, day) : daysFromCivil(year, month, day);
  const local = days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond;
  return makeDate(instantOf(makeDate(local, call).getTime(), zone), call);
}

const partLimit = 32_768n;

function partOf(named: NamedValues, name: string, preset: number, call: CompiledCall): number | null {
  const value = named[name];
  if (value === undefined && !Object.hasOwn(call.named, name)) return preset;
  if (isNullish(value)) return null;
  const part = isNumeric(value) ? numberOf(value) : Number.NaN;
  if (!Number.isInteger(part)) throw operandError(call, `takes an integer as its ${name}`);
  const limit = name === 'second' || name === 'millisecond' ? 2n ** 53n : partLimit;
  const exact = bigIntOf(part);
  if (exact >= limit || exact < -limit) throw operandError(call, `takes a smaller ${name}`);
  return part;
}
