import type { DocumentRepository } from '../../ports/document-repository.ts';
import type { ParseOptions } from '../../query-language/parse-options.ts';

/** How a part of a request is read for this database: filters, sorts, projections and updates know the short names. */
export function queryOptions(repository: DocumentRepository, path: string, shortNames = true): ParseOptions {
  return { path, shortNames, extendedJson: repository.capabilities.documents.extendedJson };
}
