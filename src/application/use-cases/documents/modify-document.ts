import type { Document } from '../../../domain/document/document.ts';
import type { Change, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { type DocumentReference, documentNotFound, parseDocumentReference } from './document-reference.ts';

/** What a change made of a document; `after` is undefined when it was removed. */
export interface Changed {
  readonly before: Document;
  readonly after: Document | undefined;
}

/**
 * Changes one document atomically. Rejects with DOCUMENT_NOT_FOUND, with OPTIMISTIC_LOCK_ERROR when it has another
 * version than the caller saw, and with whatever the change itself runs into.
 */
export async function modifyDocument(
  context: UseCaseContext,
  reference: DocumentReference,
  change: Change,
  expectedVersion: number | undefined,
): Promise<Changed> {
  const { collection, id } = parseDocumentReference(reference);
  const modification = { id, change, expectedVersion, where: undefined, insert: undefined };
  const outcome = await context.repository.modify(collection, modification, context.call);
  return changedBy(outcome, { collection, id }, expectedVersion);
}

function changedBy(
  outcome: ModifyOutcome,
  reference: DocumentReference,
  expectedVersion: number | undefined,
): Changed {
  switch (outcome.status) {
    case 'modified':
      return { before: outcome.before, after: outcome.after };
    case 'unchanged':
      return { before: outcome.document, after: outcome.document };
    case 'removed':
      return { before: outcome.before, after: undefined };
    case 'missing':
      throw documentNotFound(reference);
    case 'stale':
      throw new ServiceError('OPTIMISTIC_LOCK_ERROR', 'the document has changed since it was read', {
        expected_version: expectedVersion ?? null,
        current_version: outcome.currentVersion,
      });
    case 'failed':
      throw outcome.error;
    case 'inserted':
    case 'skipped':
      throw new ServiceError('INTERNAL_ERROR', 'the database answered a change that was not asked');
  }
}
