import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, makeDouble, numberOf } from '../expressions/numbers.ts';
import { column, type Rows, type WindowCompiler } from './window-function.ts';

/** `$locf`: the last value that was neither null nor missing. */
export const compileLocf: WindowCompiler = (call) => (rows) => carryForward(column(call, 'input', rows));

export function carryForward(values: readonly (Value | undefined)[]): readonly Value[] {
  let last: Value = null;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

/** `$linearFill`: null and missing values on the line between their neighbours. */
export const compileLinearFill: WindowCompiler = (call) => (rows) =>
  interpolate(column(call, 'input', rows), rows);

export function interpolate(values: readonly (Value | undefined)[], rows: Rows): readonly Value[] {
  const result: Value[] = values.map((value) => value ?? null);
  const positions = rows.map((row) => axisPosition(row.key[0]));
  let left: number | undefined;
  values.forEach((value, i) => {
    if (value === null || value === undefined) return;
    if (!isNumeric(value)) throw fillError('needs numbers, null or missing values to fill');
    if (left !== undefined && i - left > 1) fillGap(result, positions, left, i);
    left = i;
  });
  return result;
}

function fillGap(result: Value[], positions: readonly number[], left: number, right: number): void {
  const from = numeric(result[left]);
  const to = numeric(result[right]);
  const start = positions[left] ?? 0;
  const width = (positions[right] ?? 0) - start;
  for (let i = left + 1; i < right; i++)
    result[i] = makeDouble(from + ((to - from) * ((positions[i] ?? 0) - start)) / width);
}

function numeric(value: Value | undefined): number {
  return isNumeric(value) ? numberOf(value) : 0;
}

function axisPosition(value: Value | undefined): number {
  if (isNumeric(value)) return numberOf(value);
  if (value instanceof Date) return value.getTime();
  throw fillError('needs numbers or dates in the sortBy field');
}

function fillError(message: string): ServiceError {
  return new ServiceError('INVALID_REQUEST', `linear filling ${message}`, { operator: '$linearFill' });
}
