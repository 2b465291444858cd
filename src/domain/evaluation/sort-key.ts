import type { Path } from '../query/path.ts';
import type { Sort } from '../query/sort.ts';
import { OpaqueValue } from '../value/bson.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { compareValues } from './compare-values.ts';
import { arrayIndex } from './match-path.ts';

type SortKey = readonly (Value | undefined)[];

/**
 * What a document is sorted by, one value per field: of an array its least (or, descending, greatest) element; an empty
 * array is BSON's `undefined` (an `OpaqueValue`), which stands before null. Missing is undefined. Fields that lead into
 * the same array take their values from one element of it, the one whose values together come first.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/#arrays
 */
export function sortKey(document: ValueObject, sort: Sort): SortKey {
  return keyOf(sort.map(({ path, direction }) => ({ from: document, path, direction })));
}

/** Compares two keys of the same sort, each value in its field's direction. */
export function compareSortKeys(
  a: SortKey,
  b: SortKey,
  sort: readonly { readonly direction: 1 | -1 }[],
): number {
  for (let i = 0; i < sort.length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return sort[i]?.direction === -1 ? -order : order;
  }
  return 0;
}

const emptyArray = new OpaqueValue('undefined', '{"$undefined":true}');

/** A sort field on its way: where it stands, and what of its path is left; undefined: nothing, an element was reached. */
interface Walk {
  readonly from: Value | undefined;
  readonly path: Path | undefined;
  readonly direction: 1 | -1;
}

function keyOf(walks: readonly Walk[]): SortKey {
  const stops = walks.map(advance);
  if (stops.every(({ path }) => path === undefined)) return stops.map(({ from }) => from);
  const key: (Value | undefined)[] = [];
  const intoArrays = new Map<readonly Value[], number[]>();
  for (const [i, { from, path }] of stops.entries()) {
    if (path !== undefined && isArray(from)) intoArrays.set(from, [...(intoArrays.get(from) ?? []), i]);
    else key[i] = from;
  }
  for (const [array, places] of intoArrays) {
    const inside = places.flatMap((i) => stops[i] ?? []);
    const best = firstElement(array, inside);
    for (const [n, i] of places.entries()) key[i] = best[n];
  }
  return key;
}

/** Goes down to the end of the path, or to the first array whose elements it does not name by index. */
function advance({ from, path, direction }: Walk): Walk {
  if (path === undefined) return { from, path, direction };
  let value = from;
  for (const [depth, name] of path.entries()) {
    if (isObject(value)) value = ownField(value, name);
    else if (isArray(value)) {
      const element = value[arrayIndex(name)];
      if (element === undefined) return { from: value, path: path.slice(depth), direction };
      value = element;
    } else return { from: undefined, path: undefined, direction };
  }
  return isArray(value) ? { from: value, path: [], direction } : { from: value, path: undefined, direction };
}

/** The values of the element that comes first in the order of the fields; an array in an array is not searched. */
function firstElement(array: readonly Value[], walks: readonly Walk[]): SortKey {
  if (array.length === 0) return walks.map(({ path }) => (path?.length === 0 ? emptyArray : undefined));
  let best: SortKey | undefined;
  for (const element of array) {
    const key = keyOf(
      walks.map(({ path, direction }) => {
        if (path?.length === 0) return { from: element, path: undefined, direction };
        return isObject(element)
          ? { from: element, path, direction }
          : { from: undefined, path: undefined, direction };
      }),
    );
    if (best === undefined || compareSortKeys(key, best, walks) < 0) best = key;
  }
  return best ?? [];
}
