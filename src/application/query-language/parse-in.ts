import { invalidRequest } from '../../domain/errors.ts';
import type { Filter, Pattern } from '../../domain/query/filter.ts';
import { OpaqueValue, RegexValue } from '../../domain/value/bson.ts';
import type { Value } from '../../domain/value/value.ts';
import { nothing } from './combine-filters.ts';
import { type FieldOperation, isOperators } from './field-operation.ts';
import { parsePattern, patternFilter } from './parse-pattern.ts';
import { isJsonArray, spendNodes, valueWeight } from './parse-scope.ts';
import { parseValue } from './parse-value.ts';

/** Most values that one `$in` may list. */
export const maxInValues = 100_000;

/** `$in`: of no values it is nothing, of one it is that value's own leaf. */
export function parseIn({ path, operand, scope }: FieldOperation): Filter {
  if (!isJsonArray(operand)) throw invalidRequest('needs an array', scope.path);
  if (operand.length > maxInValues) throw invalidRequest(`a list may hold ${maxInValues} values`, scope.path);
  spendNodes(scope, operand.length * valueWeight);
  const values: Value[] = [];
  const patterns: Pattern[] = [];
  for (const [index, item] of operand.entries()) {
    const place = { ...scope, path: `${scope.path}[${index}]` };
    if (isOperators(item, scope)) throw invalidRequest('a list of values holds no operators', place.path);
    const value = parseValue(item, place);
    if (value instanceof OpaqueValue && value.type === 'undefined')
      throw invalidRequest('nothing compares to undefined', place.path);
    if (value instanceof RegexValue) patterns.push(parsePattern(value.pattern, value.flags, place));
    else values.push(value);
  }
  const [value] = values;
  const [pattern] = patterns;
  if (value === undefined && pattern === undefined) return nothing;
  if (value !== undefined && values.length + patterns.length === 1)
    return { kind: 'compare', path, op: 'eq', value };
  if (pattern !== undefined && values.length + patterns.length === 1) return patternFilter(path, pattern);
  return { kind: 'in', path, values, patterns };
}
