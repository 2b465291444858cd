import { validationError } from '../errors.ts';
import type { JsonObject } from '../value/value.ts';
import { checkJson } from './check-json.ts';
import { type DocumentLimits, documentLimits } from './document-limits.ts';
import { systemFields } from './system-fields.ts';

/**
 * A document's `data` as the caller gives it: a JSON object within the limits, without system fields and without
 * keys that start with `$` at its top level (below it, any key is allowed). Rejects with VALIDATION_ERROR; `checkJson`
 * says what else is refused. The value is returned as it is, not copied.
 * @param path where the data stands in the request.
 */
export function parseDocumentData(
  value: unknown,
  path: string,
  limits: DocumentLimits = documentLimits,
): JsonObject {
  const data = parseJsonObject(value, path, limits);
  for (const key of Object.keys(data)) {
    if (systemFields.has(key)) throw validationError(`"${key}" is set by the service`, `${path}.${key}`);
    if (key.startsWith('$')) throw validationError('a top-level key may not start with $', `${path}.${key}`);
  }
  return data;
}

/** A document's `metadata`: any JSON object within the limits; absent, it is `{}`. */
export function parseMetadata(
  value: unknown,
  path: string,
  limits: DocumentLimits = documentLimits,
): JsonObject {
  return value === undefined ? {} : parseJsonObject(value, path, limits);
}

function parseJsonObject(value: unknown, path: string, limits: DocumentLimits): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw validationError('not a JSON object', path);
  const json = checkJson(value, path, limits);
  // `checkJson` answers the very value that it was given.
  return json as JsonObject;
}
