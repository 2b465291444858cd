import type { Document } from '../../src/domain/document/document.ts';
import { DocumentBody } from '../../src/domain/document/document-body.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';

/** A new document of version 1. */
export function testDocument(collection: string, id: string, data: JsonObject): Document {
  const now = new Date().toISOString();
  return {
    id,
    collection,
    data: DocumentBody.fromValue(data),
    version: 1,
    createdAt: now,
    updatedAt: now,
    metadata: {},
  };
}
