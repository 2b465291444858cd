import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../value/bson.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, typeOf, type ValueType } from '../value/value-type.ts';
import { compareNumbers } from './compare-numbers.ts';
import { compareOpaque } from './compare-opaque.ts';
import { compareStrings } from './compare-strings.ts';
import type { CompareText } from './compile-collation.ts';

/**
 * MongoDB's total order over all types; undefined (missing) equals null. Negative, zero or positive.
 * Objects compare field by field in their order: type of the value, then name, then value.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 * @param compareText how strings compare, names of fields apart: by code points, or by a collation.
 */
export function compareValues(
  a: Value | undefined,
  b: Value | undefined,
  compareText: CompareText = compareStrings,
): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const byType = typeRank(a) - typeRank(b);
  return byType === 0 ? compareWithinType(a, b, compareText) : byType;
}

/** Whether two values are the same in MongoDB's order: 1 equals 1.0, fields count in their order. */
export function equalValues(
  a: Value | undefined,
  b: Value | undefined,
  compareText: CompareText = compareStrings,
): boolean {
  return a === b || compareValues(a, b, compareText) === 0;
}

/** Where a value's type stands in the order; values of different rank never compare in a filter ("type bracketing"). */
export function typeRank(value: Value | undefined): number {
  if (value === undefined) return rankOfType.null;
  if (typeof value === 'number') return rankOfType.double;
  if (typeof value === 'string') return rankOfType.string;
  return rankOfType[typeOf(value)];
}

const rankOfType: Readonly<Record<ValueType, number>> = {
  minKey: 0,
  undefined: 1,
  null: 2,
  int: 3,
  long: 3,
  double: 3,
  decimal: 3,
  string: 4,
  symbol: 4,
  object: 5,
  array: 6,
  binData: 7,
  objectId: 8,
  bool: 9,
  date: 10,
  timestamp: 11,
  regex: 12,
  dbPointer: 13,
  javascript: 14,
  javascriptWithScope: 15,
  maxKey: 16,
};

function compareWithinType(a: Value | undefined, b: Value | undefined, compareText: CompareText): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (isArray(a) && isArray(b)) return compareArrays(a, b, compareText);
  if (isObject(a) && isObject(b)) return compareObjects(a, b, compareText);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (a instanceof ObjectIdValue && b instanceof ObjectIdValue) return compareStrings(a.hex, b.hex);
  if (a instanceof RegexValue && b instanceof RegexValue)
    return compareStrings(a.pattern, b.pattern) || compareStrings(a.flags, b.flags);
  if (isOpaqueOrString(a) && isOpaqueOrString(b)) return compareOpaque(a, b);
  return 0;
}

function isNumber(value: Value | undefined): value is number | TypedNumber {
  return typeof value === 'number' || value instanceof TypedNumber;
}

/** A string meets an opaque value where that is a symbol. */
function isOpaqueOrString(value: Value | undefined): value is OpaqueValue | string {
  return typeof value === 'string' || value instanceof OpaqueValue;
}

function compareArrays(a: readonly Value[], b: readonly Value[], compareText: CompareText): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i], compareText);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: ValueObject, b: ValueObject, compareText: CompareText): number {
  const namesA = Object.keys(a);
  const namesB = Object.keys(b);
  const length = Math.min(namesA.length, namesB.length);
  for (let i = 0; i < length; i++) {
    const nameA = namesA[i] ?? '';
    const nameB = namesB[i] ?? '';
    const [x, y] = [a[nameA], b[nameB]];
    const order =
      typeRank(x) - typeRank(y) || compareStrings(nameA, nameB) || compareValues(x, y, compareText);
    if (order !== 0) return order;
  }
  return namesA.length - namesB.length;
}
