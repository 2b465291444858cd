import type { Value } from '../../value/value.ts';
import { addMonths, localMillis } from './calendar.ts';
import { type DateUnit, makeDate, readDate, readStartOfWeek, readUnit, readZone } from './date-arguments.ts';
import { monthsOf, truncateDate } from './date-bins.ts';
import { bigIntOf, isNumeric, makeLong, numberOf } from './numbers.ts';
import {
  type CompiledCall,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  operandError,
} from './operator-compiler.ts';
import { instantOf, type TimeZone } from './time-zone.ts';

type DateArithmeticOperator = '$dateAdd' | '$dateDiff' | '$dateSubtract' | '$dateTrunc';

export const dateArithmeticOperators: Readonly<Record<DateArithmeticOperator, OperatorCompiler>> = {
  $dateAdd: eagerNamed((named, call) => shift(named, 1, call)),
  $dateDiff: eagerNamed(difference),
  $dateSubtract: eagerNamed((named, call) => shift(named, -1, call)),
  $dateTrunc: eagerNamed((named, call) => {
    const zone = readZone(named.timezone, call);
    const unit = readUnit(named.unit, call);
    const size = binSize(named.binSize, call);
    const startOfWeek = unit === 'week' ? readStartOfWeek(named.startOfWeek, call) : 0;
    const date = readDate(named.date, call);
    if (!zone || !unit || !date || size === undefined || startOfWeek === undefined) return null;
    return makeDate(truncateDate(date, { zone, unit, size, startOfWeek }), call);
  }),
};

function binSize(value: Value | undefined, call: CompiledCall): number | undefined {
  if (value === undefined && !Object.hasOwn(call.named, 'binSize')) return 1;
  if (isNullish(value)) return undefined;
  const size = isNumeric(value) ? numberOf(value) : Number.NaN;
  if (!Number.isSafeInteger(size) || size < 1)
    throw operandError(call, 'takes an integer ≥ 1 as its binSize');
  return size;
}

const unitMillis: Readonly<Partial<Record<DateUnit, number>>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
const unitMonths: Readonly<Partial<Record<DateUnit, number>>> = { year: 12, quarter: 3, month: 1 };

/** Days and longer are added on the local calendar, shorter units to the instant. */
function shift(named: NamedValues, direction: 1 | -1, call: CompiledCall): Value {
  const zone = readZone(named.timezone, call);
  const unit = readUnit(named.unit, call);
  const date = readDate(named.startDate, call);
  if (!zone || !unit || !date || isNullish(named.amount)) return null;
  const amount = direction * integerAmount(named.amount, call);
  const millis = unitMillis[unit];
  if (millis !== undefined) return makeDate(date.getTime() + amount * millis, call);
  return makeDate(instantOf(shiftLocal(localMillis(date, zone), unit, amount, call), zone), call);
}

function shiftLocal(local: number, unit: DateUnit, amount: number, call: CompiledCall): number {
  const months = unitMonths[unit];
  const days = unit === 'week' ? 7 : 1;
  const shifted =
    months === undefined ? local + amount * days * 86_400_000 : addMonths(local, amount * months);
  return makeDate(shifted, call).getTime();
}

function integerAmount(value: Value, call: CompiledCall): number {
  const amount = isNumeric(value) ? numberOf(value) : Number.NaN;
  if (!Number.isInteger(amount)) throw operandError(call, 'takes an integer as its amount');
  return amount;
}

/** How many boundaries of the unit lie between two dates. */
function difference(named: NamedValues, call: CompiledCall): Value {
  const zone = readZone(named.timezone, call);
  const unit = readUnit(named.unit, call);
  const startOfWeek = unit === 'week' ? readStartOfWeek(named.startOfWeek, call) : 0;
  const start = readDate(named.startDate, call);
  const end = readDate(named.endDate, call);
  if (!zone || !unit || !start || !end || startOfWeek === undefined) return null;
  const position = (date: Date): number => unitPosition(date, unit, zone, startOfWeek);
  const shifted = unit === 'hour' ? hoursOfShift(start, end, zone) : 0;
  return makeLong(bigIntOf(position(end) - position(start) - shifted));
}

/** Hours that the clock was put forward between two dates: on it they passed, in truth they did not. */
function hoursOfShift(start: Date, end: Date, zone: TimeZone): number {
  return Math.trunc((zone.offsetAt(end.getTime()) - zone.offsetAt(start.getTime())) / 3_600_000) + 0;
}

/** The number of the unit that a date lies in, counted from a fixed one. */
function unitPosition(date: Date, unit: DateUnit, zone: TimeZone, startOfWeek: number): number {
  const local = localMillis(date, zone);
  const days = Math.floor(local / 86_400_000);
  const months = unitMonths[unit];
  if (months !== undefined) return Math.floor(monthsOf(local) / months);
  if (unit === 'week') return Math.floor((days + 4 - startOfWeek) / 7);
  if (unit === 'day') return days;
  const millis = unitMillis[unit] ?? 1;
  return unit === 'hour' ? Math.floor(local / millis) : Math.floor(date.getTime() / millis);
}
