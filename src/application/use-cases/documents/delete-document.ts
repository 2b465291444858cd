import type { Document } from '../../../domain/document/document.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import type { DocumentReference } from './document-reference.ts';
import { modifyDocument } from './modify-document.ts';

/** Removes one document and answers it as it was; rejects with DOCUMENT_NOT_FOUND, or OPTIMISTIC_LOCK_ERROR when a version is given and stale. */
export async function deleteDocument(
  context: UseCaseContext,
  reference: DocumentReference,
  version: number | undefined,
): Promise<Document> {
  return (await modifyDocument(context, reference, { kind: 'remove' }, version)).before;
}
