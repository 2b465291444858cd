import { invalidRequest } from '../../../domain/errors.ts';
import type {
  UpdateArguments,
  UpdateOperation,
  UpdateOperationOf,
  UpdateOperator,
  UpdatePath,
} from '../../../domain/query/update.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { isJsonArray, isJsonObject, type ParseScope } from '../parse-scope.ts';
import { parseValue } from '../parse-value.ts';
import { parseAddToSet, parsePush } from './parse-array-arguments.ts';
import { parseBit } from './parse-bit.ts';
import { parsePull } from './parse-pull.ts';
import { isPositional, parseUpdatePath } from './parse-update-path.ts';

type OperationParser<K extends UpdateOperator> = (
  path: UpdatePath,
  source: Json,
  scope: ParseScope,
) => UpdateOperationOf<K>;

const parsers: { readonly [K in UpdateOperator]: OperationParser<K> } = {
  $set: parserOf('$set', parseAnyValue),
  $setOnInsert: parserOf('$setOnInsert', parseAnyValue),
  $min: parserOf('$min', parseAnyValue),
  $max: parserOf('$max', parseAnyValue),
  $inc: parserOf('$inc', parseNumber),
  $mul: parserOf('$mul', parseNumber),
  $unset: parserOf('$unset', () => ({})),
  $rename: parserOf('$rename', parseNewName),
  $currentDate: parserOf('$currentDate', parseDateType),
  $push: parserOf('$push', parsePush),
  $addToSet: parserOf('$addToSet', parseAddToSet),
  $pullAll: parserOf('$pullAll', parseValueList),
  $pop: parserOf('$pop', parseEnd),
  $pull: parserOf('$pull', parsePull),
  $bit: parserOf('$bit', parseBit),
};

/**
 * One operator on one field, its argument checked as MongoDB does.
 * https://www.mongodb.com/docs/manual/reference/operator/update/
 */
export function parseOperation(
  op: UpdateOperator,
  field: string,
  source: Json,
  scope: ParseScope,
): UpdateOperation {
  return parsers[op](parseUpdatePath(field, op, scope.path), source, scope);
}

function parserOf<K extends UpdateOperator>(
  op: K,
  parseArguments: (source: Json, scope: ParseScope) => UpdateArguments[K],
): OperationParser<K> {
  return (path, source, scope) => ({ op, path, ...parseArguments(source, scope) });
}

/** The paths that an operation changes. */
export function changedPaths(operation: UpdateOperation): readonly UpdatePath[] {
  return operation.op === '$rename' ? [operation.path, operation.to] : [operation.path];
}

/** What the operation's own path must satisfy beyond its argument. */
export function checkOperation(operation: UpdateOperation, scope: ParseScope): void {
  if (operation.op !== '$rename') return;
  if ([...operation.path, ...operation.to].some(isPositional))
    throw invalidRequest('$rename takes no positional operators', scope.path);
}

function parseAnyValue(source: Json, scope: ParseScope): { readonly value: Value } {
  return { value: parseValue(source, scope) };
}

function parseNumber(source: Json, scope: ParseScope): { readonly value: Value } {
  const value = parseValue(source, scope);
  if (typeof value === 'number' || value instanceof TypedNumber) return { value };
  throw invalidRequest('takes a number', scope.path);
}

function parseNewName(source: Json, scope: ParseScope): UpdateArguments['$rename'] {
  if (typeof source !== 'string') throw invalidRequest('$rename takes the new name, a string', scope.path);
  // As strict as for $set: the field comes to be under this name.
  return { to: parseUpdatePath(source, '$set', scope.path) };
}

function parseDateType(source: Json, scope: ParseScope): UpdateArguments['$currentDate'] {
  if (typeof source === 'boolean') return { type: 'date' };
  const keys = isJsonObject(source) ? Object.keys(source) : [];
  const type = isJsonObject(source) && keys.length === 1 ? source.$type : undefined;
  if (type === 'date' || type === 'timestamp') return { type };
  throw invalidRequest('takes true, {"$type": "date"} or {"$type": "timestamp"}', scope.path);
}

function parseValueList(source: Json, scope: ParseScope): UpdateArguments['$pullAll'] {
  const values = parseValue(source, scope);
  if (!isJsonArray(source) || !Array.isArray(values)) throw invalidRequest('takes an array', scope.path);
  return { values };
}

function parseEnd(source: Json, scope: ParseScope): UpdateArguments['$pop'] {
  if (source === 1) return { end: 'last' };
  if (source === -1) return { end: 'first' };
  throw invalidRequest('takes 1 (the last element) or -1 (the first)', scope.path);
}
