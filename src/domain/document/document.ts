import type { JsonObject } from '../value/value.ts';
import type { DocumentBody } from './document-body.ts';

/** 1–512 bytes of UTF-8; see `parseDocumentId`. */
export type DocumentId = string;

/** A stored document, as every adapter gives and takes it. */
export interface Document {
  readonly id: DocumentId;
  readonly collection: string;
  readonly data: DocumentBody;
  /** ≥ 1, +1 on every change of data or metadata. */
  readonly version: number;
  /** RFC 3339 UTC with milliseconds; null only for documents that other programs wrote to MongoDB. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly metadata: JsonObject;
}
