import { assertNever } from '../assert-never.ts';
import type { CompareOperator } from '../query/filter.ts';
import { OpaqueValue, TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import { isArray, isObject } from '../value/value-type.ts';
import { compareNumbers } from './compare-numbers.ts';
import { compareStrings } from './compare-strings.ts';
import { compareValues, typeRank } from './compare-values.ts';
import type { ValueTest } from './match-path.ts';

/**
 * A comparison with one value, within the bracket of its type: a string is never less than a number. Null equals missing;
 * NaN equals itself and has no order; every value is above MinKey and below MaxKey.
 * https://github.com/mongodb/mongo/blob/master/src/mongo/db/matcher/expression_leaf.cpp
 */
export function compileComparison(op: CompareOperator, operand: Value): ValueTest {
  const accepts = acceptsOrder[op];
  if (typeof operand === 'number') return numberTest(op, operand);
  if (operand instanceof TypedNumber)
    return (value) =>
      isNumber(value) && !isMixedNaN(value, operand) && accepts(compareNumbers(value, operand));
  if (typeof operand === 'string') return stringTest(op, operand);
  if (op !== 'eq' && operand instanceof OpaqueValue && isExtreme(operand))
    return (value) => accepts(compareValues(value, operand));
  if (operand === null) return op === 'gt' || op === 'lt' ? () => false : isNullish;
  const rank = typeRank(operand);
  return (value) => value !== undefined && typeRank(value) === rank && accepts(compareValues(value, operand));
}

/** How arrays and objects are told to be the same. */
export type SameValue = (a: Value | undefined, b: Value | undefined) => boolean;

/** Equality with one value; `same` decides for arrays and objects. */
export function compileEquality(operand: Value, same: SameValue): ValueTest {
  if (!isArray(operand) && !isObject(operand)) return compileComparison('eq', operand);
  return (value) => typeof value === 'object' && value !== null && same(value, operand);
}

/** Which results of a comparison an operator takes. */
export const acceptsOrder: Readonly<Record<CompareOperator, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

function isNullish(value: Value | undefined): boolean {
  return value === null || value === undefined;
}

function isExtreme(value: OpaqueValue): boolean {
  return value.type === 'minKey' || value.type === 'maxKey';
}

function isNumber(value: Value | undefined): value is number | TypedNumber {
  return typeof value === 'number' || value instanceof TypedNumber;
}

/** NaN stands outside the order of numbers: only NaN compares to it. */
function isMixedNaN(a: number | TypedNumber, b: number | TypedNumber): boolean {
  return (
    Number.isNaN(typeof a === 'number' ? a : a.value) !== Number.isNaN(typeof b === 'number' ? b : b.value)
  );
}

/** JavaScript's own comparison where both are plain numbers; for NaN it is false, as it must be. */
function numberTest(op: CompareOperator, operand: number): ValueTest {
  if (Number.isNaN(operand))
    return op === 'gt' || op === 'lt'
      ? () => false
      : (value) => isNumber(value) && !isMixedNaN(value, operand);
  const accepts = acceptsOrder[op];
  const typed = (value: Value | undefined): boolean =>
    value instanceof TypedNumber && !Number.isNaN(value.value) && accepts(compareNumbers(value, operand));
  switch (op) {
    case 'eq':
      return (value) => value === operand || (typeof value === 'object' && typed(value));
    case 'gt':
      return (value) => (typeof value === 'number' ? value > operand : typed(value));
    case 'gte':
      return (value) => (typeof value === 'number' ? value >= operand : typed(value));
    case 'lt':
      return (value) => (typeof value === 'number' ? value < operand : typed(value));
    case 'lte':
      return (value) => (typeof value === 'number' ? value <= operand : typed(value));
    default:
      return assertNever(op);
  }
}

function stringTest(op: CompareOperator, operand: string): ValueTest {
  if (op === 'eq') return (value) => value === operand || isSymbolOf(value, operand);
  const accepts = acceptsOrder[op];
  return (value) =>
    typeof value === 'string'
      ? accepts(compareStrings(value, operand))
      : value instanceof OpaqueValue && value.type === 'symbol' && accepts(compareValues(value, operand));
}

function isSymbolOf(value: Value | undefined, operand: string): boolean {
  return value instanceof OpaqueValue && value.type === 'symbol' && compareValues(value, operand) === 0;
}
