import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { isPlainName } from './mongodb-changed.ts';
import { type BsonDocument, isBsonDocument, toBson } from './mongodb-values.ts';

/**
 * For each field that holds whole numbers, an expression that leaves a stored value which equals the given one as it
 * is. JSON tells 5 and 5.0 and a long 5 not apart: a caller who sends back what was read must not turn another
 * program's doubles into ints. Undefined: no field needs that.
 */
export function keepingTypes(data: JsonObject): BsonDocument | undefined {
  const fields: BsonDocument = {};
  let needed = false;
  for (const [name, value] of Object.entries(data)) {
    if (!isPlainName(name) || !holdsWholeNumber(value)) continue;
    fields[name] = keeping(`$${name}`, toBson(value));
    needed = true;
  }
  return needed ? fields : undefined;
}

/** `{$cond}` on equality, which compares numbers by value; where an object differs, field by field. */
function keeping(stored: string, given: unknown): BsonDocument {
  const literal = { $literal: given };
  return { $cond: [{ $eq: [stored, literal] }, stored, keepingFields(stored, given) ?? literal] };
}

function keepingFields(stored: string, given: unknown): BsonDocument | undefined {
  if (!isBsonDocument(given)) return undefined;
  const entries = Object.entries(given);
  if (entries.length === 0 || !entries.every(([name]) => isPlainName(name))) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, keeping(`${stored}.${name}`, value)]));
}

function holdsWholeNumber(value: Json): boolean {
  if (typeof value === 'number') return Number.isInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsWholeNumber);
}
