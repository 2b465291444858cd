import { daysFromCivil, type TimeZone } from './time-zone.ts';

const day = 86_400_000;

/** The fields of an instant in a time zone. Weeks: `week` starts on Sundays from 0, `isoWeek` as ISO 8601. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** The instant as if local time were UTC: milliseconds that calendar arithmetic may use. */
export function localMillis(date: Date, zone: TimeZone): number {
  return date.getTime() + zone.offsetAt(date.getTime());
}

export function localTime(local: number): LocalTime {
  const date = new Date(local);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/** 1 (Sunday) to 7. */
export function dayOfWeek(local: number): number {
  return new Date(local).getUTCDay() + 1;
}

/** 1 (Monday) to 7. */
export function isoDayOfWeek(local: number): number {
  return new Date(local).getUTCDay() || 7;
}

/** 1 to 366. */
export function dayOfYear(local: number): number {
  return Math.floor(local / day) - daysFromCivil(new Date(local).getUTCFullYear(), 1, 1) + 1;
}

/** 0 to 53: the days before the year's first Sunday are week 0. */
export function week(local: number): number {
  return Math.floor((dayOfYear(local) + 7 - dayOfWeek(local)) / 7);
}

/** ISO 8601: the week belongs to the year of its Thursday. */
export function isoWeekYear(local: number): number {
  return new Date(thursday(local)).getUTCFullYear();
}

export function isoWeek(local: number): number {
  return Math.floor((dayOfYear(thursday(local)) - 1) / 7) + 1;
}

function thursday(local: number): number {
  return local + (4 - isoDayOfWeek(local)) * day;
}

/** Days since 1970-01-01 of an ISO week date; week and day may be out of range. */
export function daysFromIsoWeek(year: number, isoWeekNumber: number, isoDay: number): number {
  const fourth = daysFromCivil(year, 1, 4);
  const monday = fourth - (isoDayOfWeek(fourth * day) - 1);
  return monday + (isoWeekNumber - 1) * 7 + (isoDay - 1);
}

/** The same time of day, months later; a day that the month lacks becomes its last. */
export function addMonths(local: number, months: number): number {
  const { year, month, day: dayOfMonth } = localTime(local);
  const first = daysFromCivil(year, month + months, 1);
  const length = daysFromCivil(year, month + months + 1, 1) - first;
  const timeOfDay = local - Math.floor(local / day) * day;
  return (first + Math.min(dayOfMonth, length) - 1) * day + timeOfDay;
}
