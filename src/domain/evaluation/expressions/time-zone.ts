/** A time zone: how far local time is ahead of UTC, in milliseconds, at an instant. */
export interface TimeZone {
  readonly offsetAt: (instant: number) => number;
}

export const utc: TimeZone = { offsetAt: () => 0 };

const zones = new Map<string, TimeZone | undefined>();
const maxZones = 1000;

/**
 * `UTC`, an Olson name (`Europe/Berlin`) in its own case, or an offset (`+02`, `+0200`, `+02:00`); undefined when it is none.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateToString/
 */
export function timeZoneOf(name: string): TimeZone | undefined {
  if (name === 'UTC' || name === 'GMT') return utc;
  if (name.length > 64) return undefined;
  const known = zones.get(name);
  if (known !== undefined || zones.has(name)) return known;
  const zone = offsetZone(name) ?? olsonZone(name);
  if (zones.size >= maxZones) zones.clear();
  zones.set(name, zone);
  return zone;
}

function offsetZone(name: string): TimeZone | undefined {
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(name);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  const offset = (match[1] === '-' ? -minutes : minutes) * 60_000;
  return { offsetAt: () => offset };
}

/** `Intl` takes any case, MongoDB only the right one. */
function olsonZone(name: string): TimeZone | undefined {
  if (!/^[A-Z]/.test(name) || /\/[a-z]/.test(name)) return undefined;
  try {
    return { offsetAt: offsetBy(dateFormat(name)) };
  } catch {
    return undefined;
  }
}

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** Rules change offsets on whole quarters of an hour, so that one lookup serves for fifteen minutes. */
function offsetBy(format: Intl.DateTimeFormat): (instant: number) => number {
  let knownQuarter = Number.NaN;
  let knownOffset = 0;
  return (instant) => {
    const quarter = Math.floor(instant / 900_000);
    if (quarter === knownQuarter) return knownOffset;
    const start = quarter * 900_000;
    knownOffset = localMillis(format, start) - start;
    knownQuarter = quarter;
    return knownOffset;
  };
}

function localMillis(format: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  return (
    daysFromCivil(year, number('month'), number('day')) * 86_400_000 +
    (number('hour') * 3600 + number('minute') * 60 + number('second')) * 1000
  );
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; month and day may be out of range. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.floor(date.getTime() / 86_400_000);
}

/** The instant of a local time; in a gap the one after it, of two the earlier. */
export function instantOf(local: number, zone: TimeZone): number {
  const before = local - zone.offsetAt(local - 86_400_000);
  if (before + zone.offsetAt(before) === local) return before;
  const after = local - zone.offsetAt(local + 86_400_000);
  return after + zone.offsetAt(after) === local ? after : before;
}
