import type { Path } from '../../query/path.ts';
import type { Value } from '../../value/value.ts';
import { isArray, isObject, ownField } from '../../value/value-type.ts';

/**
 * Reads a path as expressions do: an array on the way yields the array of what its objects hold; numbers are names of
 * fields, never indexes; undefined is missing.
 */
export function fieldReader(path: Path): (value: Value | undefined) => Value | undefined {
  const [only] = path;
  if (only === undefined) return (value) => value;
  if (path.length === 1) {
    return (value) => (isObject(value) ? ownField(value, only) : read(value, path, 0));
  }
  return (value) => read(value, path, 0);
}

function read(value: Value | undefined, path: Path, depth: number): Value | undefined {
  const name = path[depth];
  if (name === undefined) return value;
  if (isObject(value)) return read(ownField(value, name), path, depth + 1);
  return isArray(value) ? readEach(value, path, depth) : undefined;
}

/** Arrays directly within arrays hold no fields. */
function readEach(array: readonly Value[], path: Path, depth: number): Value {
  const found: Value[] = [];
  for (const element of array) {
    const value = isObject(element) ? read(element, path, depth) : undefined;
    if (value !== undefined) found.push(value);
  }
  return found;
}
