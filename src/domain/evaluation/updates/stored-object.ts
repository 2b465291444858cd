import { toStoredJson } from '../../value/to-stored-json.ts';
import type { JsonObject, ValueObject } from '../../value/value.ts';

/**
 * The fields as a document of the portable model holds them; VALIDATION_ERROR with the field's path for what it cannot
 * hold.
 */
export function storedObject(fields: ValueObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, toStoredJson(value, `data.${name}`)]),
  );
}
