import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject } from '../value/value-type.ts';
import { equalValues } from './compare-values.ts';

/** Equality where the order of an object's fields does not count, at any depth. */
export function equalUnordered(a: Value | undefined, b: Value | undefined): boolean {
  if (isArray(a) && isArray(b))
    return a.length === b.length && a.every((item, index) => equalUnordered(item, b[index]));
  if (isObject(a) && isObject(b)) return equalFields(a, b);
  return equalValues(a, b);
}

function equalFields(a: ValueObject, b: ValueObject): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalUnordered(a[name], b[name]))
  );
}
