import type { Value } from '../value/value.ts';
import { makeDouble } from './expressions/numbers.ts';

/** Of sorted numbers: the least that at least the part `p` does not exceed, or with `continuous` interpolated. */
export function percentile(sorted: readonly number[], p: number, continuous: boolean): Value {
  const last = sorted.length - 1;
  if (last < 0) return null;
  const rank = continuous ? p * last : Math.max(0, Math.ceil(p * sorted.length) - 1);
  const below = sorted[Math.floor(rank)] ?? 0;
  if (Number.isInteger(rank)) return makeDouble(below);
  const above = sorted[Math.ceil(rank)] ?? 0;
  return makeDouble(below + (above - below) * (rank - Math.floor(rank)));
}
