import type { ModifyOutcome } from '../../domain/document/modification.ts';
import type { OperationResult } from '../ports/document-repository.ts';

export const noEffect: OperationResult = {
  inserted: 0,
  matched: 0,
  modified: 0,
  deleted: 0,
  upsertedId: undefined,
  insertedId: undefined,
};

/** What one modification did, in the counts of a bulk write. */
export function operationResult(outcome: ModifyOutcome): OperationResult {
  switch (outcome.status) {
    case 'modified':
      return { ...noEffect, matched: 1, modified: 1 };
    case 'unchanged':
      return { ...noEffect, matched: 1 };
    case 'inserted':
      return { ...noEffect, upsertedId: outcome.after.id };
    case 'removed':
      return { ...noEffect, deleted: 1 };
    case 'missing':
    case 'stale':
    case 'failed':
    case 'skipped':
      return noEffect;
  }
}
