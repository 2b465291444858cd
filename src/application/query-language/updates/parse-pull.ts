import type { UpdateArguments } from '../../../domain/query/update.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { parseFieldCondition, parseFilter } from '../parse-filter.ts';
import { isJsonObject, type ParseScope } from '../parse-scope.ts';
import { parseValue } from '../parse-value.ts';

/** Operators that hold whole filters: they ask the element's fields, where the others ask the element. */
const filterOperators: ReadonlySet<string> = new Set([
  '$and',
  '$or',
  '$nor',
  '$expr',
  '$comment',
  '$jsonSchema',
]);

/**
 * A value; operators on the element (`{$gte: 5}`); or a filter on the fields of the elements that are objects
 * (`{sku: "x"}`).
 * https://www.mongodb.com/docs/manual/reference/operator/update/pull/
 */
export function parsePull(source: Json, scope: ParseScope): UpdateArguments['$pull'] {
  const place = { ...scope, shortNames: false };
  if (isJsonObject(source) && !asksElement(source))
    return { condition: { kind: 'matches', element: 'document', of: parseFilter(source, place) } };
  if (!isJsonObject(source)) return { condition: { kind: 'equals', value: parseValue(source, scope) } };
  return { condition: { kind: 'matches', element: 'value', of: parseFieldCondition([''], source, place) } };
}

function asksElement(source: JsonObject): boolean {
  const [first] = Object.keys(source);
  return first?.startsWith('$') === true && !filterOperators.has(first);
}
