import type { Json, JsonObject, Value, ValueObject } from '../../value/value.ts';

/** The fields as a database that holds plain JSON stores them: dates as RFC 3339, and so on. */
export function storedObject(fields: ValueObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toStoredJson(value)]));
}

function toStoredJson(value: Value): Json {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toStoredJson);
  if (typeof value === 'object' && value !== null) return storedObject(value as ValueObject);
  return value;
}
