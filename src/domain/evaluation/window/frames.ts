import { ServiceError } from '../../errors.ts';
import type { WindowBound, WindowField } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, numberOf } from '../expressions/numbers.ts';
import { addTime } from './add-time.ts';
import type { Rows, WindowCall } from './window-function.ts';

/** The rows from `low` to before `high` that a row's window holds. */
export interface Frame {
  readonly low: number;
  readonly high: number;
}

/** One frame per row; without a window the whole partition. */
export function framesOf(rows: Rows, call: WindowCall): readonly Frame[] {
  const { window } = call;
  if (window === undefined) return rows.map(() => ({ low: 0, high: rows.length }));
  return window.kind === 'documents' ? documentFrames(rows.length, window.bounds) : rangeFrames(rows, window);
}

function documentFrames(count: number, [low, high]: readonly [WindowBound, WindowBound]): readonly Frame[] {
  const clamp = (place: number) => Math.min(Math.max(place, 0), count);
  return Array.from({ length: count }, (_, i) => {
    const from = low === 'unbounded' ? 0 : clamp(i + offset(low));
    const to = high === 'unbounded' ? count : clamp(i + offset(high) + 1);
    return { low: from, high: Math.max(from, to) };
  });
}

function offset(bound: WindowBound): number {
  return typeof bound === 'number' ? bound : 0;
}

/** Bounds by the value that the rows are sorted by: a number, or with a unit a date. */
function rangeFrames(rows: Rows, window: NonNullable<WindowField['window']>): readonly Frame[] {
  const { bounds, unit } = window;
  const [low, high] = bounds;
  const values = rows.map((row) => positionOf(row.key[0], unit));
  const limit = (value: number, bound: WindowBound) => shift(value, offset(bound), unit);
  return values.map((value) => ({
    low: low === 'unbounded' ? 0 : lowerBound(values, limit(value, low)),
    high: high === 'unbounded' ? values.length : upperBound(values, limit(value, high)),
  }));
}

function shift(value: number, by: number, unit: string | undefined): number {
  return unit === undefined ? value + by : addTime(new Date(value), unit, by).getTime();
}

/** A row's place on the axis: its number, or its date in milliseconds. */
export function positionOf(value: Value | undefined, unit: string | undefined): number {
  if (unit === undefined && isNumeric(value)) return numberOf(value);
  if (unit !== undefined && value instanceof Date) return value.getTime();
  throw new ServiceError(
    'INVALID_REQUEST',
    unit === undefined
      ? 'a window by range without a unit needs numbers in the sortBy field'
      : 'a window by range with a unit needs dates in the sortBy field',
    { operator: '$setWindowFields' },
  );
}

/** The first place whose value is at least `value`. */
function lowerBound(values: readonly number[], value: number): number {
  return search(values, (other) => other < value);
}

/** The first place whose value is above `value`. */
function upperBound(values: readonly number[], value: number): number {
  return search(values, (other) => other <= value);
}

function search(values: readonly number[], isBefore: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(values[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
