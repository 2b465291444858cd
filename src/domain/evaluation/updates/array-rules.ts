import { invalidRequest } from '../../errors.ts';
import type { Sort } from '../../query/sort.ts';
import type { UpdateOperation, UpdateOperationOf } from '../../query/update.ts';
import type { Value } from '../../value/value.ts';
import { isArray, isObject } from '../../value/value-type.ts';
import { compareValues, equalValues } from '../compare-values.ts';
import { compileFilter } from '../compile-filter.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import { KeyedMap } from '../keyed-map.ts';
import { compareSortKeys, sortKey } from '../sort-key.ts';
import { operationPath } from './operation-path.ts';

/**
 * Inserts, then sorts, then cuts, whatever the order in which the modifiers stand.
 * https://www.mongodb.com/docs/manual/reference/operator/update/push/
 */
export function applyPush(
  operation: UpdateOperationOf<'$push'>,
  current: Value | undefined,
  context: EvaluationContext,
): Value {
  const array = arrayOf(operation, current);
  context.budget.spend(array.length + operation.values.length);
  const at = insertionPoint(operation.position, array.length);
  const joined = [...array.slice(0, at), ...operation.values, ...array.slice(at)];
  return cut(sorted(joined, operation.sort, context), operation.slice);
}

/** Appends what no element equals, neither an old one nor one just added. */
export function applyAddToSet(
  operation: UpdateOperationOf<'$addToSet'>,
  current: Value | undefined,
  context: EvaluationContext,
): Value {
  const array = arrayOf(operation, current);
  context.budget.spend(array.length + operation.values.length);
  const known = keysOf(array);
  const result = [...array];
  for (const value of operation.values) {
    if (known.has(value)) continue;
    known.set(value, true);
    result.push(value);
  }
  return current !== undefined && result.length === array.length ? current : result;
}

/** Takes the first or last element away; a missing field stays missing. */
export function applyPop(
  operation: UpdateOperationOf<'$pop'>,
  current: Value | undefined,
): Value | undefined {
  if (current === undefined) return undefined;
  const array = arrayOf(operation, current);
  return operation.end === 'first' ? array.slice(1) : array.slice(0, -1);
}

/** Takes the elements away that equal one of the values. */
export function applyPullAll(
  operation: UpdateOperationOf<'$pullAll'>,
  current: Value | undefined,
  context: EvaluationContext,
): Value | undefined {
  context.budget.spend(operation.values.length);
  const unwanted = keysOf(operation.values);
  return without(operation, current, context, (element) => unwanted.has(element));
}

function keysOf(values: readonly Value[]): KeyedMap<true> {
  const keys = new KeyedMap<true>();
  for (const value of values) keys.set(value, true);
  return keys;
}

/** Takes the elements away for which the condition holds. */
export function applyPull(
  operation: UpdateOperationOf<'$pull'>,
  current: Value | undefined,
  context: EvaluationContext,
): Value | undefined {
  const { condition } = operation;
  if (condition.kind === 'equals')
    return without(operation, current, context, (element) => equalValues(element, condition.value));
  const test = compileFilter(condition.of, context);
  return without(operation, current, context, (element) =>
    condition.element === 'value' ? test({ '': element }) : isObject(element) && test(element),
  );
}

function without(
  operation: UpdateOperation,
  current: Value | undefined,
  context: EvaluationContext,
  removes: (element: Value) => boolean,
): Value | undefined {
  if (current === undefined) return undefined;
  const array = arrayOf(operation, current);
  context.budget.spend(array.length);
  const kept = array.filter((element) => !removes(element));
  return kept.length === array.length ? current : kept;
}

function arrayOf(operation: UpdateOperation, current: Value | undefined): readonly Value[] {
  if (current === undefined) return [];
  if (isArray(current)) return current;
  throw invalidRequest(`${operation.op} needs an array in the field`, operationPath(operation));
}

/** From the start, or (negative) from the end; beyond the array it is the nearer end. */
function insertionPoint(position: number | undefined, length: number): number {
  if (position === undefined) return length;
  return position < 0 ? Math.max(0, length + position) : Math.min(position, length);
}

function cut(array: readonly Value[], slice: number | undefined): readonly Value[] {
  if (slice === undefined) return array;
  if (slice === 0) return [];
  return slice < 0 ? array.slice(slice) : array.slice(0, slice);
}

function sorted(
  array: readonly Value[],
  sort: 1 | -1 | Sort | undefined,
  context: EvaluationContext,
): readonly Value[] {
  if (sort === undefined) return array;
  context.budget.spend(array.length * Math.ceil(Math.log2(array.length + 1)));
  if (typeof sort === 'number') return array.toSorted((a, b) => sort * compareValues(a, b));
  const keyed = array.map((value) => ({ value, key: sortKey(isObject(value) ? value : {}, sort) }));
  return keyed.toSorted((a, b) => compareSortKeys(a.key, b.key, sort)).map(({ value }) => value);
}
