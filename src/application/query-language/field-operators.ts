import { invalidRequest } from '../../domain/errors.ts';
import type { CompareOperator, Filter, TypeName } from '../../domain/query/filter.ts';
import { OpaqueValue, RegexValue } from '../../domain/value/bson.ts';
import type { Json, Value } from '../../domain/value/value.ts';
import { negate, nothing } from './combine-filters.ts';
import type { FieldOperation } from './field-operation.ts';
import { parseAll, parseElemMatch } from './parse-array-operators.ts';
import { parseBits } from './parse-bits.ts';
import { parseIn } from './parse-in.ts';
import { parseInteger, parseNumber } from './parse-number.ts';
import { parsePattern, patternFilter } from './parse-pattern.ts';
import { isJsonArray, isJsonObject, type ParseScope } from './parse-scope.ts';
import { parseValue } from './parse-value.ts';
import { typeNameOf } from './type-names.ts';

/** Every operator that may stand after a field's name, but `$not` and the geo operators. */
export const fieldOperators: Readonly<Record<string, (operation: FieldOperation) => Filter>> = {
  $eq: (operation) => compare(operation, 'eq'),
  $ne: (operation) => {
    if (comparable(operation) instanceof RegexValue)
      throw invalidRequest('$ne takes no regular expression', operation.scope.path);
    return negate(compare(operation, 'eq'));
  },
  $gt: (operation) => compare(operation, 'gt'),
  $gte: (operation) => compare(operation, 'gte'),
  $lt: (operation) => compare(operation, 'lt'),
  $lte: (operation) => compare(operation, 'lte'),
  $in: parseIn,
  $nin: (operation) => negate(parseIn(operation)),
  $exists: ({ path, operand, scope }) => {
    const exists: Filter = { kind: 'exists', path };
    return isTruthy(operand, scope) ? exists : negate(exists);
  },
  $type: ({ path, operand, scope }) => ({ kind: 'type', path, types: parseTypes(operand, scope) }),
  $size: ({ path, operand, scope }) => {
    const size = parseInteger(operand, scope);
    if (size === undefined || size < 0)
      throw invalidRequest('$size needs an integer that is not negative', scope.path);
    return { kind: 'size', path, size };
  },
  $mod: parseMod,
  $regex: parseRegex,
  $options: ({ siblings, scope }) => {
    if (Object.hasOwn(siblings, '$regex')) return { kind: 'everything' };
    throw invalidRequest('$options needs a $regex beside it', scope.path);
  },
  $all: parseAll,
  $elemMatch: parseElemMatch,
  $bitsAllSet: (operation) => parseBits(operation, 'allSet'),
  $bitsAllClear: (operation) => parseBits(operation, 'allClear'),
  $bitsAnySet: (operation) => parseBits(operation, 'anySet'),
  $bitsAnyClear: (operation) => parseBits(operation, 'anyClear'),
  $comment: () => ({ kind: 'everything' }),
};

function comparable({ operand, scope }: FieldOperation): Value {
  const value = parseValue(operand, scope);
  if (value instanceof OpaqueValue && value.type === 'undefined')
    throw invalidRequest('nothing compares to undefined', scope.path);
  return value;
}

function compare(operation: FieldOperation, op: CompareOperator): Filter {
  const value = comparable(operation);
  if (value instanceof RegexValue && op !== 'eq')
    throw invalidRequest('a regular expression has no order', operation.scope.path);
  return { kind: 'compare', path: operation.path, op, value };
}

function isTruthy(source: Json, scope: ParseScope): boolean {
  return source !== null && source !== false && parseNumber(source, scope) !== 0;
}

/** Names and numbers of BSON types, one or a list of at least one. */
export function parseTypes(source: Json, scope: ParseScope): readonly TypeName[] {
  const items = isJsonArray(source) ? source : [source];
  const types = items.map((item) => typeNameOf(isJsonObject(item) ? parseNumber(item, scope) : item));
  const known = types.filter((type) => type !== undefined);
  if (known.length === 0 || known.length < types.length)
    throw invalidRequest("needs BSON types by name or number: 'string', 2, 'number'…", scope.path);
  return [...new Set(known)];
}

/** Both numbers are cut towards zero to 64-bit integers. */
function parseMod({ path, operand, scope }: FieldOperation): Filter {
  const numbers = isJsonArray(operand) ? operand.map((item) => parseNumber(item, scope)) : [];
  const [divisor, remainder] = numbers.map((number) => Math.trunc(number ?? Number.NaN) + 0);
  if (numbers.length !== 2 || divisor === undefined || remainder === undefined)
    throw invalidRequest('$mod needs [divisor, remainder]', scope.path);
  if (!isInt64(divisor) || !isInt64(remainder) || divisor === 0)
    throw invalidRequest('$mod needs 64-bit integers and a divisor that is not 0', scope.path);
  return Math.abs(remainder) >= Math.abs(divisor) ? nothing : { kind: 'mod', path, divisor, remainder };
}

function isInt64(value: number): boolean {
  return value >= -(2 ** 63) && value < 2 ** 63;
}

function parseRegex({ path, operand, siblings, scope }: FieldOperation): Filter {
  const options = Object.hasOwn(siblings, '$options') ? siblings.$options : '';
  if (typeof options !== 'string') throw invalidRequest('$options is a string', scope.path);
  if (typeof operand === 'string') return patternFilter(path, parsePattern(operand, options, scope));
  const value = isJsonObject(operand) && scope.extendedJson ? parseValue(operand, scope) : undefined;
  if (!(value instanceof RegexValue)) throw invalidRequest('$regex needs a string', scope.path);
  if (value.flags !== '' && options !== '')
    throw invalidRequest('options are given both in $regex and in $options', scope.path);
  return patternFilter(path, parsePattern(value.pattern, value.flags + options, scope));
}
