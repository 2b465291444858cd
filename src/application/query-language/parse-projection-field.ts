import { invalidRequest } from '../../domain/errors.ts';
import type { Path } from '../../domain/query/path.ts';
import type { ProjectionField } from '../../domain/query/projection.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import { parseExpression } from './parse-expression.ts';
import { isExtendedJson } from './parse-extended-json.ts';
import { parseElementCondition } from './parse-filter.ts';
import { parseNumber } from './parse-number.ts';
import { parsePath } from './parse-path.ts';
import { descend, isJsonArray, isJsonObject, type ParseScope } from './parse-scope.ts';

/** What a projection says of one field; several fields when it is an object of further names. */
export function parseProjectionField(
  parent: Path,
  name: string,
  source: Json,
  scope: ParseScope,
): readonly ProjectionField[] {
  if (name.endsWith('.$')) return [parsePositional(parent, name, source, scope)];
  const path = [...parent, ...parsePath(name, parent.length > 0 ? { ...scope, shortNames: false } : scope)];
  const flag = typeof source === 'boolean' ? source : parseNumber(source, scope);
  if (flag !== undefined) return [{ kind: flag ? 'include' : 'exclude', path }];
  if (!isJsonObject(source) || (scope.extendedJson && isExtendedJson(source)))
    return [compute(path, source, scope)];
  const [first] = Object.keys(source);
  if (first === undefined) throw invalidRequest('an empty object says nothing of a field', scope.path);
  if (first.startsWith('$')) return [parseOperator(path, first, source, scope)];
  return Object.entries(source).flatMap(([inner, value]) =>
    parseProjectionField(path, inner, value, descend(scope, `.${inner}`)),
  );
}

function parsePositional(parent: Path, name: string, source: Json, scope: ParseScope): ProjectionField {
  const flag = typeof source === 'boolean' ? source : parseNumber(source, scope);
  if (flag === undefined || !flag || parent.length > 0)
    throw invalidRequest('a positional $ is included by 1 or true, under its whole path', scope.path);
  return { kind: 'positional', path: parsePath(name.slice(0, -2), scope) };
}

function compute(path: Path, source: Json, scope: ParseScope): ProjectionField {
  return { kind: 'compute', path, expression: parseExpression(source, scope, scope.variables) };
}

function parseOperator(path: Path, operator: string, source: JsonObject, scope: ParseScope): ProjectionField {
  const operand = source[operator] ?? null;
  if (Object.keys(source).length > 1)
    throw invalidRequest('an operator of a projection stands alone', scope.path);
  if (operator === '$slice') return parseSlice(path, operand, scope) ?? compute(path, source, scope);
  if (operator !== '$elemMatch') return compute(path, source, scope);
  if (path.length > 1) throw invalidRequest('$elemMatch takes a top-level field', scope.path);
  const condition = parseElementCondition(path, operand, descend(scope, '.$elemMatch'));
  return { kind: 'elemMatch', path, condition };
}

/** A count, or `[skip, limit]`; undefined: it is the expression of that name. Numbers are cut towards zero. */
function parseSlice(path: Path, source: Json, scope: ParseScope): ProjectionField | undefined {
  const count = parseNumber(source, scope);
  if (count !== undefined) return { kind: 'slice', path, skip: undefined, limit: toInt32(count) };
  const [skip, limit] = isJsonArray(source) ? source.map((item) => parseNumber(item, scope)) : [];
  if (!isJsonArray(source) || source.length !== 2 || skip === undefined || limit === undefined)
    return undefined;
  if (toInt32(limit) <= 0) throw invalidRequest('the limit of $slice is above 0', scope.path);
  return { kind: 'slice', path, skip: toInt32(skip), limit: toInt32(limit) };
}

function toInt32(number: number): number {
  if (Number.isNaN(number)) return 0;
  return Math.trunc(Math.max(-(2 ** 31), Math.min(number, 2 ** 31 - 1))) + 0;
}
