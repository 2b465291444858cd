import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import { parseDocumentData, parseMetadata } from '../../../domain/document/document-data.ts';
import { newDocumentId, parseDocumentId } from '../../../domain/document/document-id.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { documentLimitsOf } from './document-limits-of.ts';

/** A document as a caller gives it, not checked yet. */
export interface DocumentInput {
  readonly data: unknown;
  readonly id?: unknown;
  readonly metadata?: unknown;
}

/**
 * The first version of a document, after the rules of the document model (VALIDATION_ERROR).
 * @param collection already checked.
 * @param path where the input stands in the request; empty: at its top.
 */
export function buildDocument(
  context: UseCaseContext,
  collection: string,
  input: DocumentInput,
  path = '',
): Document {
  const limits = documentLimitsOf(context.repository);
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);
  const now = new Date(context.clock.now()).toISOString();
  return {
    id: input.id === undefined ? newDocumentId() : parseDocumentId(input.id, at('id')),
    collection,
    data: DocumentBody.fromValue(parseDocumentData(input.data, at('data'), limits)),
    version: 1,
    createdAt: now,
    updatedAt: now,
    metadata: parseMetadata(input.metadata, at('metadata'), limits),
  };
}
