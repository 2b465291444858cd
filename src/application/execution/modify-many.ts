import type { DocumentId } from '../../domain/document/document.ts';
import type { Change, Modification, ModifyOutcome } from '../../domain/document/modification.ts';
import type { Filter } from '../../domain/query/filter.ts';
import { pushDown } from '../planning/push-down.ts';
import type { Call } from '../ports/call.ts';
import { type Execution, planContext } from './execution.ts';
import { findMatching } from './find-matching.ts';

const idsPerBatch = 500;

export interface ModifyManyResult {
  readonly matched: number;
  readonly modified: number;
  /** The id of a changed document, when the service rather than the database found it. */
  readonly firstId: DocumentId | undefined;
}

/**
 * Changes every document for which a filter holds: in one statement where the database can, else in batches by id, each
 * document atomically and re-tested against the filter. The ids are read before the first change, so that no document
 * is changed twice because a change moved it.
 *
 * @param limit 1 changes only the first that matches.
 */
export async function modifyMany<N>(
  execution: Execution<N>,
  collection: string,
  filter: Filter,
  change: Change,
  limit: 1 | undefined,
  call: Call,
): Promise<ModifyManyResult> {
  const none = { matched: 0, modified: 0, firstId: undefined };
  if (filter.kind === 'nothing') return none;
  const { operations, adapter } = execution;
  const pushed = pushDown(filter, adapter.dialect, await planContext(execution, collection, call));
  if (pushed.residual === undefined && limit === undefined) {
    const native = await operations.modifyMany?.(collection, pushed.native, change, call);
    if (native !== undefined) return { ...native, firstId: undefined };
  }
  const ids: DocumentId[] = [];
  for await (const document of findMatching(execution, collection, pushed, call)) {
    ids.push(document.id);
    if (ids.length === limit) break;
  }
  let result: ModifyManyResult = none;
  for (let start = 0; start < ids.length; start += idsPerBatch) {
    call.signal.throwIfAborted();
    const batch = ids.slice(start, start + idsPerBatch).map((id) => modificationOf(id, change, filter));
    const outcomes = await operations.modify(collection, batch, call, { ordered: true });
    result = outcomes.reduce(addOutcome, result);
  }
  return { ...result, firstId: ids[0] };
}

function modificationOf(id: DocumentId, change: Change, where: Filter): Modification {
  return { id, change, where, expectedVersion: undefined, insert: undefined };
}

/** A document that has gone or no longer matches is simply not counted; a failure rejects. */
function addOutcome(result: ModifyManyResult, outcome: ModifyOutcome): ModifyManyResult {
  switch (outcome.status) {
    case 'modified':
    case 'removed':
    case 'inserted':
      return { ...result, matched: result.matched + 1, modified: result.modified + 1 };
    case 'unchanged':
      return { ...result, matched: result.matched + 1 };
    case 'failed':
      throw outcome.error;
    case 'missing':
    case 'stale':
    case 'skipped':
      return result;
  }
}
