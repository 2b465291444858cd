import type { ValueObject } from '../value/value.ts';
import type { Document } from './document.ts';

/** What filters, sorts, projections and pipelines see of a document: system fields beside the data's own. */
export function flatView(document: Document): ValueObject {
  return {
    _id: document.id,
    ...document.data.value,
    _version: document.version,
    _created_at: document.createdAt,
    _updated_at: document.updatedAt,
    _metadata: document.metadata,
  };
}
