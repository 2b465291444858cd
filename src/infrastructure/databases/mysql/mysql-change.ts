import type { Document } from '../../../domain/document/document.ts';
import type { ModifyOutcome } from '../../../domain/document/modification.ts';

/** What was done to one document, for the outbox and the keys of unique indexes. */
export interface DocumentChange {
  readonly before: Document | undefined;
  readonly after: Document | undefined;
}

/** What an outcome changes; undefined: nothing. */
export function changeOf(outcome: ModifyOutcome): DocumentChange | undefined {
  switch (outcome.status) {
    case 'modified':
      return { before: outcome.before, after: outcome.after };
    case 'inserted':
      return { before: undefined, after: outcome.after };
    case 'removed':
      return { before: outcome.before, after: undefined };
    case 'unchanged':
    case 'missing':
    case 'stale':
    case 'failed':
    case 'skipped':
      return undefined;
  }
}
