import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject } from '../value/value-type.ts';
import { compareStrings } from './compare-strings.ts';
import { equalValues } from './compare-values.ts';
import type { CompareText } from './compile-collation.ts';

/** Equality where the order of an object's fields does not count, at any depth. */
export function equalUnordered(
  a: Value | undefined,
  b: Value | undefined,
  compareText: CompareText = compareStrings,
): boolean {
  if (isArray(a) && isArray(b))
    return a.length === b.length && a.every((item, index) => equalUnordered(item, b[index], compareText));
  if (isObject(a) && isObject(b)) return equalFields(a, b, compareText);
  return equalValues(a, b, compareText);
}

function equalFields(a: ValueObject, b: ValueObject, compareText: CompareText): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalUnordered(a[name], b[name], compareText))
  );
}
