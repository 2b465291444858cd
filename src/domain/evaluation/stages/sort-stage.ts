import type { Sort } from '../../query/sort.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { compareSortKeys, sortKey } from '../sort-key.ts';
import type { Chunk } from './chunks.ts';
import { blocking } from './chunks.ts';
import type { StageCompiler, StageContext } from './stage-runner.ts';

export interface Keyed {
  readonly document: PipelineDocument;
  readonly key: readonly (Value | undefined)[];
}

/** Short enough for one native sort to take a few milliseconds. */
const runLength = 2048;

export const compileSort: StageCompiler<'sort'> = (stage, context) =>
  blocking(async (documents) => {
    const sorted = await sortDocuments(documents, stage.sort, context);
    return sorted.map((keyed) => keyed.document);
  }, context);

/** A stable merge sort that gives way to the event loop between its steps. */
export async function sortDocuments(documents: Chunk, sort: Sort, context: StageContext): Promise<Keyed[]> {
  context.budget.spend(documents.length * sort.length);
  const compare = (a: Keyed, b: Keyed) => compareSortKeys(a.key, b.key, sort);
  let runs: Keyed[][] = [];
  for (let i = 0; i < documents.length; i += runLength) {
    const run = documents
      .slice(i, i + runLength)
      .map((document) => ({ document, key: sortKey(document, sort) }));
    runs.push(run.sort(compare));
    await context.pace.rest();
  }
  while (runs.length > 1) {
    const merged: Keyed[][] = [];
    for (let i = 0; i < runs.length; i += 2)
      merged.push(await merge(runs[i] ?? [], runs[i + 1] ?? [], compare, context));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(
  left: readonly Keyed[],
  right: readonly Keyed[],
  compare: (a: Keyed, b: Keyed) => number,
  context: StageContext,
): Promise<Keyed[]> {
  const merged: Keyed[] = [];
  let i = 0;
  let k = 0;
  for (let a = left[i], b = right[k]; a !== undefined || b !== undefined; ) {
    const takeLeft = b === undefined || (a !== undefined && compare(a, b) <= 0);
    const taken = takeLeft ? a : b;
    if (taken !== undefined) merged.push(taken);
    if (takeLeft) a = left[++i];
    else b = right[++k];
    if (merged.length % runLength === 0) await context.pace.rest();
  }
  return merged;
}
