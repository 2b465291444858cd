import { parseDocumentData, parseMetadata } from '../../../domain/document/document-data.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { documentLimitsOf } from './document-limits-of.ts';
import type { DocumentReference } from './document-reference.ts';
import { type Changed, modifyDocument } from './modify-document.ts';

export interface ReplaceInput extends DocumentReference {
  readonly data: unknown;
  /** Absent: it stays as it is. */
  readonly metadata?: unknown;
  readonly version?: number | undefined;
  /** What the data is called in the request. */
  readonly dataPath?: string;
}

/** Replaces the whole of `data`; rejects with OPTIMISTIC_LOCK_ERROR when a version is given and stale. */
export async function replaceDocument(context: UseCaseContext, input: ReplaceInput): Promise<Changed> {
  const limits = documentLimitsOf(context.repository);
  const data = parseDocumentData(input.data, input.dataPath ?? 'data', limits);
  const metadata =
    input.metadata === undefined ? undefined : parseMetadata(input.metadata, 'metadata', limits);
  return modifyDocument(context, input, { kind: 'replace', data, metadata }, input.version);
}
