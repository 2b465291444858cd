import type { Pace } from './pace.ts';

/** Short enough for one native sort to take a few milliseconds. */
const runLength = 2048;

/** A stable merge sort that gives way to the event loop between its steps. */
export async function sortPaced<T extends object>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  pace: Pace,
): Promise<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let i = 0; i < items.length; i += runLength) {
    runs.push(items.slice(i, i + runLength).sort(compare));
    await pace.rest();
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let i = 0; i < runs.length; i += 2)
      merged.push(await merge(runs[i] ?? [], runs[i + 1] ?? [], compare, pace));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T extends object>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  pace: Pace,
): Promise<readonly T[]> {
  const merged: T[] = [];
  let i = 0;
  let k = 0;
  for (let a = left[i], b = right[k]; a !== undefined || b !== undefined; ) {
    const takeLeft = b === undefined || (a !== undefined && compare(a, b) <= 0);
    const taken = takeLeft ? a : b;
    if (taken !== undefined) merged.push(taken);
    if (takeLeft) a = left[++i];
    else b = right[++k];
    if (merged.length % runLength === 0) await pace.rest();
  }
  return merged;
}
