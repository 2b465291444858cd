import { localMillis, localTime } from './calendar.ts';
import type { DateUnit } from './date-arguments.ts';
import { daysFromCivil, instantOf, type TimeZone } from './time-zone.ts';

const day = 86_400_000;
/** Bins are counted from 2000-01-01 (a Saturday) in the time zone. */
const referenceDay = daysFromCivil(2000, 1, 1);

export interface Bins {
  readonly zone: TimeZone;
  readonly unit: DateUnit;
  readonly size: number;
  /** 0 is Sunday. */
  readonly startOfWeek: number;
}

/**
 * The start of the bin that a date lies in, as milliseconds.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateTrunc/
 */
export function truncateDate(date: Date, bins: Bins): number {
  const { zone, unit, size } = bins;
  switch (unit) {
    case 'year':
    case 'quarter':
    case 'month':
      return truncateMonths(date, zone, size * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1));
    case 'week':
      return truncateDays(date, zone, size * 7, referenceDay + ((bins.startOfWeek + 1) % 7));
    case 'day':
      return truncateDays(date, zone, size, referenceDay);
    default:
      return truncateMillis(date, zone, size * millis[unit]);
  }
}

const millis = { hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 } as const;

function truncateMonths(date: Date, zone: TimeZone, months: number): number {
  const reference = 2000 * 12;
  const position = monthsOf(localMillis(date, zone)) - reference;
  const first = reference + Math.floor(position / months) * months;
  return instantOf(daysFromCivil(Math.floor(first / 12), (first % 12) + 1, 1) * day, zone);
}

/** Months since the year 0. */
export function monthsOf(local: number): number {
  const { year, month } = localTime(local);
  return year * 12 + month - 1;
}

function truncateDays(date: Date, zone: TimeZone, days: number, from: number): number {
  const position = Math.floor(localMillis(date, zone) / day) - from;
  return instantOf((from + Math.floor(position / days) * days) * day, zone);
}

function truncateMillis(date: Date, zone: TimeZone, size: number): number {
  const from = instantOf(referenceDay * day, zone);
  return from + Math.floor((date.getTime() - from) / size) * size;
}
