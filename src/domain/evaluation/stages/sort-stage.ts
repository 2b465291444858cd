import type { Sort } from '../../query/sort.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { compareSortKeys, sortKey } from '../sort-key.ts';
import type { Chunk } from './chunks.ts';
import { blocking } from './chunks.ts';
import { sortPaced } from './sort-paced.ts';
import type { StageCompiler, StageContext } from './stage-runner.ts';

export interface Keyed {
  readonly document: PipelineDocument;
  readonly key: readonly (Value | undefined)[];
}

export const compileSort: StageCompiler<'sort'> = (stage, context) =>
  blocking(async (documents) => {
    const sorted = await sortDocuments(documents, stage.sort, context);
    return sorted.map((keyed) => keyed.document);
  }, context);

/** The documents in order, stable, each with its key. */
export async function sortDocuments(
  documents: Chunk,
  sort: Sort,
  context: StageContext,
): Promise<readonly Keyed[]> {
  context.budget.spend(documents.length * sort.length);
  const keyed: Keyed[] = [];
  for (const document of documents) {
    keyed.push({ document, key: sortKey(document, sort) });
    if (keyed.length % keysBetweenRests === 0) await context.pace.rest();
  }
  return sortPaced(keyed, (a, b) => compareSortKeys(a.key, b.key, sort), context.pace);
}

const keysBetweenRests = 2048;
