import { invalidRequest } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';

const timeUnits = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'];
const fixedTimeUnits = timeUnits.slice(3);

export function parseTimeUnit(source: Json, options: ParseOptions): string {
  return oneOf(source, timeUnits, options);
}

/** A unit that always lasts equally long: a week or shorter. */
export function parseFixedTimeUnit(source: Json, options: ParseOptions): string {
  return oneOf(source, fixedTimeUnits, options);
}

function oneOf(source: Json, units: readonly string[], options: ParseOptions): string {
  if (typeof source !== 'string' || !units.includes(source))
    throw invalidRequest(`must be one of ${units.join(', ')}`, options.path);
  return source;
}
