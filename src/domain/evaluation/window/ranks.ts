import { compareValues } from '../compare-values.ts';
import type { Rows } from './window-function.ts';

export function documentNumbers(rows: Rows): readonly number[] {
  return rows.map((_, i) => i + 1);
}

/** Rows of the same sort value share a rank; the next one counts them all. */
export function ranks(rows: Rows): readonly number[] {
  const result: number[] = [];
  rows.forEach((_, i) => {
    result.push(i > 0 && isPeer(rows, i) ? (result[i - 1] ?? 1) : i + 1);
  });
  return result;
}

/** As `ranks`, without gaps. */
export function denseRanks(rows: Rows): readonly number[] {
  let rank = 0;
  return rows.map((_, i) => {
    if (i === 0 || !isPeer(rows, i)) rank++;
    return rank;
  });
}

function isPeer(rows: Rows, i: number): boolean {
  return compareValues(rows[i]?.key[0], rows[i - 1]?.key[0]) === 0;
}
