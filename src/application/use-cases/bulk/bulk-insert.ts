import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { InsertOutcome } from '../../../domain/document/modification.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { BulkFailure } from '../../ports/document-repository.ts';
import { buildDocument, type DocumentInput } from '../documents/build-document.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { partialFailure } from './partial-failure.ts';

export const maxBulkOperations = 10_000;

export interface BulkInsertInput {
  readonly collection: unknown;
  readonly documents: readonly DocumentInput[];
  /** Whether the first failure stops the rest. */
  readonly ordered: boolean;
}

/** Stores many documents in few round trips and answers their ids; a document that breaks a rule refuses all of them. */
export async function bulkInsert(
  context: UseCaseContext,
  input: BulkInsertInput,
): Promise<readonly DocumentId[]> {
  const collection = parseCollectionName(input.collection, 'collection');
  if (input.documents.length > maxBulkOperations)
    throw invalidRequest(`at most ${maxBulkOperations} documents`, 'documents');
  const documents = input.documents.map((document, index) =>
    buildDocument(context, collection, document, `documents[${index}]`),
  );
  const outcomes = await context.repository.insert(collection, documents, input.ordered, context.call);
  const insertedIds = idsWith('inserted', documents, outcomes);
  if (insertedIds.length === documents.length) return insertedIds;
  throw partialFailure(
    'documents',
    failuresOf(outcomes),
    { inserted_count: insertedIds.length, inserted_ids: insertedIds },
    idsWith('skipped', documents, outcomes).length,
  );
}

function idsWith(
  status: InsertOutcome['status'],
  documents: readonly Document[],
  outcomes: readonly InsertOutcome[],
): readonly DocumentId[] {
  return documents.filter((_, index) => outcomes[index]?.status === status).map((document) => document.id);
}

function failuresOf(outcomes: readonly InsertOutcome[]): readonly BulkFailure[] {
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status !== 'failed') return [];
    const { code, message, details } = outcome.error;
    return [{ index, code, message, details }];
  });
}
