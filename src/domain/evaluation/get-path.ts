import type { Path } from '../query/path.ts';
import type { Value } from '../value/value.ts';
import { isObject, ownField } from '../value/value-type.ts';

/** The value that a path leads to through objects alone; undefined where it is missing or an array is on the way. */
export function getPath(root: Value | undefined, path: Path): Value | undefined {
  let current = root;
  for (const name of path) {
    if (!isObject(current)) return undefined;
    current = ownField(current, name);
  }
  return current;
}
