import type { Document } from '../../domain/document/document.ts';
import { flatView } from '../../domain/document/flat-view.ts';
import { compileFilter } from '../../domain/evaluation/compile-filter.ts';
import { compareSortKeys, sortKey } from '../../domain/evaluation/sort-key.ts';
import type { Filter } from '../../domain/query/filter.ts';
import { type FindPlan, planFind } from '../planning/plan-find.ts';
import type { Call } from '../ports/call.ts';
import type { FindQuery } from '../ports/document-repository.ts';
import { type Execution, evaluationContext, planContext } from './execution.ts';
import { guardScan } from './guard-scan.ts';
import { sortDocuments } from './sort-documents.ts';

/** Plans a find, runs the database's part and finishes the rest on the stream. */
export async function* findDocuments<N>(
  execution: Execution<N>,
  collection: string,
  query: FindQuery,
  call: Call,
): AsyncIterable<Document> {
  const plan = planFind(query, execution.adapter.dialect, await planContext(execution, collection, call));
  if (plan.empty) return;
  const candidates = readCandidates(execution, collection, plan, call);
  if (plan.sortInProcess) yield* sortedPage(candidates, plan);
  else yield* orderedPage(candidates, plan);
}

function readCandidates<N>(
  execution: Execution<N>,
  collection: string,
  plan: FindPlan<N>,
  call: Call,
): AsyncIterable<Document> {
  const found = execution.operations.find(collection, plan.native, call);
  const finishes = plan.residual !== undefined || plan.sortInProcess || plan.afterInProcess !== undefined;
  if (!finishes) return found;
  const bounded = plan.scan === 'collection' ? execution.options.maxScanDocuments : Number.POSITIVE_INFINITY;
  return keepMatching(execution, guardScan(found, bounded, call), plan.residual, call);
}

/** The documents for which a residual filter holds. */
export async function* keepMatching<N>(
  execution: Execution<N>,
  candidates: AsyncIterable<Document>,
  residual: Filter | undefined,
  call: Call,
): AsyncIterable<Document> {
  if (residual === undefined) return yield* candidates;
  const matches = compileFilter(residual, evaluationContext(execution, call));
  for await (const candidate of candidates) if (matches(flatView(candidate))) yield candidate;
}

async function* sortedPage<N>(
  candidates: AsyncIterable<Document>,
  plan: FindPlan<N>,
): AsyncIterable<Document> {
  const { skipInProcess: skip, limitInProcess: limit, order, afterInProcess } = plan;
  const keep = limit === undefined ? undefined : skip + limit;
  const sorted = await sortDocuments(candidates, order, keep, afterInProcess);
  yield* sorted.slice(skip);
}

async function* orderedPage<N>(
  candidates: AsyncIterable<Document>,
  plan: FindPlan<N>,
): AsyncIterable<Document> {
  const { skipInProcess: skip, limitInProcess: limit, order, afterInProcess: after } = plan;
  let seen = 0;
  for await (const document of candidates) {
    if (after !== undefined && compareSortKeys(sortKey(flatView(document), order), after, order) <= 0)
      continue;
    seen += 1;
    if (seen <= skip) continue;
    yield document;
    if (limit !== undefined && seen >= skip + limit) return;
  }
}
