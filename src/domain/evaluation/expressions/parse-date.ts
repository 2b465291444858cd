import { daysFromIsoWeek } from './calendar.ts';
import { monthNames } from './date-format.ts';
import { daysFromCivil, instantOf, type TimeZone, timeZoneOf, utc } from './time-zone.ts';

/** What was read from a text; `zone` when the text itself names one. */
export interface DateFields {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  isoWeekYear?: number;
  isoWeek?: number;
  isoDayOfWeek?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  zone?: TimeZone;
}

/** What each specifier of `$dateFromString`'s format reads: its pattern, and what it sets. */
const readers: Readonly<Record<string, readonly [string, (fields: DateFields, text: string) => void]>> = {
  b: ['[A-Za-z]{3}', (f, t) => (f.month = monthOf(t))],
  B: [monthNames.join('|'), (f, t) => (f.month = monthOf(t))],
  d: ['\\d{1,2}', (f, t) => (f.day = Number(t))],
  G: ['\\d{4}', (f, t) => (f.isoWeekYear = Number(t))],
  H: ['\\d{1,2}', (f, t) => (f.hour = Number(t))],
  j: ['\\d{1,3}', (f, t) => (f.dayOfYear = Number(t))],
  L: ['\\d{1,3}', (f, t) => (f.millisecond = Number(t.padEnd(3, '0')))],
  m: ['\\d{1,2}', (f, t) => (f.month = Number(t))],
  M: ['\\d{1,2}', (f, t) => (f.minute = Number(t))],
  S: ['\\d{1,2}', (f, t) => (f.second = Number(t))],
  u: ['[1-7]', (f, t) => (f.isoDayOfWeek = Number(t))],
  V: ['\\d{1,2}', (f, t) => (f.isoWeek = Number(t))],
  Y: ['\\d{4}', (f, t) => (f.year = Number(t))],
  z: ['Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?', readZoneField],
  Z: ['[+-]\\d{1,4}', (f, t) => (f.zone = { offsetAt: () => Number(t) * 60_000 })],
};

function monthOf(name: string): number {
  const start = name.slice(0, 3).toLowerCase();
  const index = monthNames.findIndex((month) => {
    const lower = month.toLowerCase();
    return lower === name.toLowerCase() || (name.length <= 4 && lower.slice(0, 3) === start);
  });
  return index < 0 ? Number.NaN : index + 1;
}

function readZoneField(fields: DateFields, text: string): void {
  const zone = text === 'Z' || text === 'z' ? utc : timeZoneOf(text);
  if (zone !== undefined) fields.zone = zone;
}

/** Longest text that is read as a date. */
const maxTextLength = 256;

/** Whether `$dateFromString` can read by the format: each specifier once, which bounds what matching may try. */
export function isReadableDateFormat(format: string): boolean {
  if (format.length > maxTextLength || !/^(?:[^%\0]|%[%bBdGHjLmMSuVYzZ])*$/u.test(format)) return false;
  const specifiers = (format.match(/%./gu) ?? []).filter((specifier) => specifier !== '%%');
  return new Set(specifiers).size === specifiers.length;
}

/** The fields of a text that has exactly a checked format; undefined when it has not. */
export function readByFormat(text: string, format: string): DateFields | undefined {
  if (text.length > maxTextLength) return undefined;
  const order: string[] = [];
  const pattern = format.replace(/%(.)|[\\^$.*+?()[\]{}|]/gu, (found, specifier: string | undefined) => {
    if (specifier === undefined) return `\\${found}`;
    if (specifier === '%') return '%';
    order.push(specifier);
    return `(${readers[specifier]?.[0] ?? ''})`;
  });
  const match = new RegExp(`^${pattern}$`, 'iu').exec(text);
  if (match === null) return undefined;
  const fields: DateFields = {};
  for (const [i, specifier] of order.entries()) readers[specifier]?.[1](fields, match[i + 1] ?? '');
  return fields;
}

/** The forms that are read without a format: ISO 8601, and what timelib reads besides of the common ones. */
const forms: readonly RegExp[] = [
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?:[T ]\s*(?<time>.+))?$/i,
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?:T(?<time>.+))?$/i,
  /^(?<year>\d{4})-(?<month>\d{2})$/,
  /^(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?:\s+(?<time>.+))?$/,
  /^(?<year>\d{4})-?W(?<isoWeek>\d{2})(?:-?(?<isoDay>[1-7]))?$/,
  /^(?<year>\d{4})-?(?<dayOfYear>\d{3})$/,
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})(?:\s+(?<time>.+))?$/,
  /^(?:[A-Za-z]{3,9},?\s+)?(?<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?<name>[A-Za-z]{3,9})[\s,-]+(?<year>\d{4})(?:,?\s+(?<time>.+))?$/,
  /^(?:[A-Za-z]{3,9},?\s+)?(?<name>[A-Za-z]{3,9})\s+(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<year>\d{4})(?:,?\s+(?<time>.+))?$/,
];

const timeForm =
  /^(?:(?<hour>\d{1,2})(?::?(?<minute>\d{2})(?::?(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?)?\s*(?<half>[ap]m)?)?\s*(?<zone>Z|[A-Za-z]+(?:\/[A-Za-z_]+)*|[+-]\d{1,2}(?::?\d{2})?)?$/i;

/** The fields of a date in a common form; undefined when it has none. */
export function readFreely(text: string): DateFields | undefined {
  if (text.length > maxTextLength) return undefined;
  for (const form of forms) {
    const groups = form.exec(text.trim())?.groups;
    if (groups === undefined) continue;
    const fields: DateFields = {};
    if (groups.isoWeek !== undefined) {
      fields.isoWeekYear = Number(groups.year);
      fields.isoWeek = Number(groups.isoWeek);
      fields.isoDayOfWeek = Number(groups.isoDay ?? 1);
    } else {
      fields.year = Number(groups.year);
      if (groups.dayOfYear !== undefined) fields.dayOfYear = Number(groups.dayOfYear);
      fields.month = groups.name === undefined ? Number(groups.month ?? 1) : monthOf(groups.name);
      fields.day = Number(groups.day ?? 1);
    }
    return groups.time === undefined || readTime(groups.time, fields) ? fields : undefined;
  }
  return undefined;
}

function readTime(text: string, fields: DateFields): boolean {
  const groups = timeForm.exec(text.trim())?.groups;
  if (groups === undefined) return false;
  const half = groups.half?.toLowerCase();
  const hour = Number(groups.hour ?? 0);
  fields.hour = half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0);
  fields.minute = Number(groups.minute ?? 0);
  fields.second = Number(groups.second ?? 0);
  fields.millisecond = Math.trunc(Number(`0.${groups.fraction ?? 0}`) * 1000 + 1e-6);
  if (groups.zone === undefined) return true;
  readZoneField(fields, /^[+-]\d$/.test(groups.zone) ? groups.zone.replace(/\d/, '0$&') : groups.zone);
  return fields.zone !== undefined;
}

/** The instant of what was read, in the text's own zone or else the given one; undefined when there is no such day or time. */
export function instantOfFields(fields: DateFields, zone: TimeZone): number | undefined {
  const days = daysOf(fields);
  const { hour = 0, minute = 0, second = 0, millisecond = 0 } = fields;
  if (days === undefined || hour > 24 || minute > 59 || second > 60) return undefined;
  if (hour === 24 && minute + second + millisecond > 0) return undefined;
  const local = days * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
  const instant = instantOf(local, fields.zone ?? zone);
  return Number.isNaN(new Date(instant).getTime()) ? undefined : instant;
}

function daysOf(fields: DateFields): number | undefined {
  const { year, isoWeekYear, month = 1, day = 1, isoWeek = 1, isoDayOfWeek = 1 } = fields;
  if (isoWeekYear !== undefined) {
    const valid = isoWeek >= 1 && isoWeek <= 53 && year === undefined;
    return valid ? daysFromIsoWeek(isoWeekYear, isoWeek, isoDayOfWeek) : undefined;
  }
  if (year === undefined) return undefined;
  if (fields.dayOfYear !== undefined) return dayOfYearOf(year, fields.dayOfYear);
  if (!(month >= 1 && month <= 12) || day < 1) return undefined;
  const days = daysFromCivil(year, month, day);
  return days < daysFromCivil(year, month + 1, 1) ? days : undefined;
}

function dayOfYearOf(year: number, dayOfYear: number): number | undefined {
  const days = daysFromCivil(year, 1, 1) + dayOfYear - 1;
  return dayOfYear >= 1 && days < daysFromCivil(year + 1, 1, 1) ? days : undefined;
}
