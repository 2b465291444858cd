import type { InLeaf } from '../query/filter.ts';
import { OpaqueValue, TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import { compareValues, equalValues } from './compare-values.ts';
import { compileEquality, type SameValue } from './compile-comparison.ts';
import { compilePatternTest } from './compile-pattern-test.ts';
import type { EvaluationBudget } from './evaluation-context.ts';
import type { ValueTest } from './match-path.ts';

/** Equality with one of many values: strings and plain numbers by hash, the others by binary search. */
export function compileIn(leaf: InLeaf, same: SameValue, budget: EvaluationBudget): ValueTest {
  const hashed = new Set<Value | undefined>();
  const ordered: Value[] = [];
  for (const value of leaf.values) {
    if (isHashable(value)) hashed.add(value);
    else ordered.push(value);
  }
  if (ordered.includes(null)) hashed.add(undefined).add(null);
  const tests = leaf.patterns.map((pattern) => compilePatternTest(pattern, budget));
  const isOrdered = orderedTest(
    [...ordered, ...leaf.values.filter((value) => typeof value === 'number')],
    same,
  );
  const typed = ordered.some((value) => value instanceof TypedNumber || value instanceof OpaqueValue);
  return (value) =>
    hashed.has(value) ||
    (value !== undefined && (typed || (typeof value === 'object' && value !== null)) && isOrdered(value)) ||
    tests.some((test) => test(value));
}

/** A set knows these by what they are: -0 is 0 there, and NaN is NaN. */
function isHashable(value: Value): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Few values are compared one by one, as equality alone is; many are searched, sorted when a document first needs it. */
function orderedTest(values: Value[], same: SameValue): (value: Value) => boolean {
  if (values.length < 8 || same !== equalValues) {
    const tests = values.map((value) => compileEquality(value, same));
    return (value) => tests.some((test) => test(value));
  }
  let isSorted = false;
  return (value) => {
    if (!isSorted) values.sort(compareValues);
    isSorted = true;
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareValues(values[middle], value) < 0) low = middle + 1;
      else high = middle;
    }
    return low < values.length && compareValues(values[low], value) === 0;
  };
}
