/** How large a document may be; the smaller limit of a database goes before the model's. */
export interface DocumentLimits {
  /** Levels of objects and arrays, the document itself being the first. */
  readonly maxDepth: number;
  /** Of the JSON text in UTF-8. */
  readonly maxBytes: number;
}

/** The document model's own limits, which are MongoDB's: https://www.mongodb.com/docs/manual/reference/limits/ */
export const documentLimits: DocumentLimits = { maxDepth: 100, maxBytes: 16 * 1024 * 1024 };
