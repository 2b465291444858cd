import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { DocumentId } from '../../../domain/document/document.ts';
import { parseDocumentId } from '../../../domain/document/document-id.ts';
import { ServiceError } from '../../../domain/errors.ts';

/** Which document a request is about, as the caller names it. */
export interface DocumentReference {
  readonly collection: string;
  readonly id: DocumentId;
}

/** Checks both names; rejects with VALIDATION_ERROR. */
export function parseDocumentReference(reference: DocumentReference): DocumentReference {
  return {
    collection: parseCollectionName(reference.collection, 'collection'),
    id: parseDocumentId(reference.id, 'id'),
  };
}

export function documentNotFound({ collection, id }: DocumentReference): ServiceError {
  return new ServiceError('DOCUMENT_NOT_FOUND', 'there is no such document', { collection, id });
}
