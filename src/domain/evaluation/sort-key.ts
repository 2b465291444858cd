import type { Path } from '../query/path.ts';
import type { Sort } from '../query/sort.ts';
import { OpaqueValue } from '../value/bson.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { compareValues } from './compare-values.ts';
import { arrayIndex } from './match-path.ts';

/**
 * What a document is sorted by, one value per field: of an array its least (or, descending, greatest) element; an empty
 * array is BSON's `undefined` (an `OpaqueValue`), which stands before null. Missing is undefined.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/#arrays
 */
export function sortKey(document: ValueObject, sort: Sort): readonly (Value | undefined)[] {
  return sort.map(({ path, direction }) => {
    const [first = ''] = path;
    const value = path.length === 1 ? ownField(document, first) : document;
    return typeof value === 'object' && value !== null ? extremeAt(document, path, direction) : value;
  });
}

/** Compares two keys of the same sort, each value in its field's direction. */
export function compareSortKeys(
  a: readonly (Value | undefined)[],
  b: readonly (Value | undefined)[],
  sort: Sort,
): number {
  for (let i = 0; i < sort.length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return sort[i]?.direction === -1 ? -order : order;
  }
  return 0;
}

const emptyArray = new OpaqueValue('undefined', '{"$undefined":true}');

function extremeAt(document: ValueObject, path: Path, direction: 1 | -1): Value | undefined {
  const candidates: (Value | undefined)[] = [];
  collect(document, path, 0, candidates);
  let best = candidates[0];
  for (const candidate of candidates) if (compareValues(candidate, best) * direction < 0) best = candidate;
  return best;
}

/** As the keys of an index are made: of each array on the way one per element, missing where an element has no such field. */
function collect(value: Value | undefined, path: Path, depth: number, found: (Value | undefined)[]): void {
  const name = path[depth];
  if (name === undefined) {
    if (!isArray(value)) found.push(value);
    else if (value.length === 0) found.push(emptyArray);
    else for (const element of value) found.push(element);
  } else if (isObject(value)) collect(ownField(value, name), path, depth + 1, found);
  else if (isArray(value)) collectElements(value, path, depth, found);
  else found.push(undefined);
}

function collectElements(
  array: readonly Value[],
  path: Path,
  depth: number,
  found: (Value | undefined)[],
): void {
  const index = arrayIndex(path[depth] ?? '');
  if (index >= 0 && index < array.length) collect(array[index], path, depth + 1, found);
  else if (array.length === 0) found.push(undefined);
  else for (const element of array) collectElement(element, path, depth, found);
}

/** An array in an array is not searched. */
function collectElement(element: Value, path: Path, depth: number, found: (Value | undefined)[]): void {
  if (isObject(element)) collect(element, path, depth, found);
  else found.push(undefined);
}
