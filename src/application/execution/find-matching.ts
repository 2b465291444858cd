import type { Document } from '../../domain/document/document.ts';
import type { PushedFilter } from '../planning/push-down.ts';
import type { Call } from '../ports/call.ts';
import type { Execution } from './execution.ts';
import { keepMatching } from './find-documents.ts';
import { guardScan } from './guard-scan.ts';

/** Every document for which a planned filter holds, in any order. */
export function findMatching<N>(
  execution: Execution<N>,
  collection: string,
  filter: PushedFilter<N>,
  call: Call,
): AsyncIterable<Document> {
  const query = { where: filter.native, order: undefined, skip: 0, limit: undefined };
  const found = execution.operations.find(collection, query, call);
  if (filter.residual === undefined) return found;
  const bounded = filter.index === undefined ? execution.options.maxScanDocuments : Number.POSITIVE_INFINITY;
  return keepMatching(execution, guardScan(found, bounded, call), filter.residual, call);
}
