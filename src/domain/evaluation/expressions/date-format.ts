import { dayOfWeek, dayOfYear, isoDayOfWeek, isoWeek, isoWeekYear, localTime, week } from './calendar.ts';

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
export const monthNames: readonly string[] = months;

/** What a specifier of `$dateToString` writes, from local milliseconds and the zone's offset in minutes. */
const specifiers: Readonly<Record<string, (local: number, offset: number) => string>> = {
  '%': () => '%',
  b: (local) => (months[localTime(local).month - 1] ?? '').slice(0, 3),
  B: (local) => months[localTime(local).month - 1] ?? '',
  d: (local) => pad(localTime(local).day, 2),
  G: (local) => pad(isoWeekYear(local), 4),
  H: (local) => pad(localTime(local).hour, 2),
  j: (local) => pad(dayOfYear(local), 3),
  L: (local) => pad(localTime(local).millisecond, 3),
  m: (local) => pad(localTime(local).month, 2),
  M: (local) => pad(localTime(local).minute, 2),
  S: (local) => pad(localTime(local).second, 2),
  u: (local) => String(isoDayOfWeek(local)),
  U: (local) => pad(week(local), 2),
  V: (local) => pad(isoWeek(local), 2),
  w: (local) => String(dayOfWeek(local)),
  Y: (local) => pad(localTime(local).year, 4),
  z: (_, offset) =>
    `${signOf(offset)}${pad(Math.floor(Math.abs(offset) / 60), 2)}${pad(Math.abs(offset) % 60, 2)}`,
  Z: (_, offset) => `${signOf(offset)}${Math.abs(offset)}`,
};

function signOf(offset: number): string {
  return offset < 0 ? '-' : '+';
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** Whether a format holds only known specifiers. */
export function isDateFormat(format: string): boolean {
  return /^(?:[^%\0]|%[%bBdGHjLmMSuUVwYzZ])*$/u.test(format);
}

/** A date by a checked format. https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateToString/ */
export function formatDate(format: string, local: number, offsetMillis: number): string {
  const offset = Math.round(offsetMillis / 60_000);
  return format.replace(/%(.)/gu, (found, specifier: string) =>
    Object.hasOwn(specifiers, specifier) ? (specifiers[specifier]?.(local, offset) ?? found) : found,
  );
}
