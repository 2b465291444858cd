import { type DocumentLimits, documentLimits } from '../../../domain/document/document-limits.ts';
import type { DocumentRepository } from '../../ports/document-repository.ts';

/** The smaller of the document model's limits and the database's. */
export function documentLimitsOf(repository: DocumentRepository): DocumentLimits {
  const { maxBytes } = repository.capabilities.documents;
  return maxBytes >= documentLimits.maxBytes ? documentLimits : { ...documentLimits, maxBytes };
}
