import type { Document } from '../../../domain/document/document.ts';
import { parseDocumentData, parseMetadata } from '../../../domain/document/document-data.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { documentAfter } from './changed-document.ts';
import { documentLimitsOf } from './document-limits-of.ts';
import type { DocumentReference } from './document-reference.ts';
import { modifyDocument } from './modify-document.ts';

export interface MergeInput extends DocumentReference {
  readonly data: unknown;
  readonly metadata?: unknown;
  /** The version that the caller read. */
  readonly version: number;
}

/** Sets the given top-level fields of `data`, the others stay; rejects with OPTIMISTIC_LOCK_ERROR when the version is stale. */
export async function mergeDocument(context: UseCaseContext, input: MergeInput): Promise<Document> {
  const limits = documentLimitsOf(context.repository);
  const data = parseDocumentData(input.data, 'data', limits);
  const metadata =
    input.metadata === undefined ? undefined : parseMetadata(input.metadata, 'metadata', limits);
  return documentAfter(
    await modifyDocument(context, input, { kind: 'merge', data, metadata }, input.version),
  );
}
