import type { Path } from '../query/path.ts';
import type { Value } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { arrayIndex } from './match-path.ts';

/**
 * The values that `distinct` sees: those at the path, an array at its end counting by its elements. On the way a number
 * segment is an array's index, any other goes into each element.
 * https://github.com/mongodb/mongo/blob/master/src/mongo/db/bson/dotted_path_support.cpp
 */
export function valuesAt(root: Value | undefined, path: Path): readonly Value[] {
  const found: Value[] = [];
  collect(root, path, 0, found);
  return found;
}

function collect(container: Value | undefined, path: Path, depth: number, found: Value[]): void {
  const name = path[depth] ?? '';
  const value = memberOf(container, name);
  const following = path[depth + 1];
  if (following === undefined) {
    if (isArray(value)) for (const item of value) found.push(item);
    else if (value !== undefined) found.push(value);
  } else if (isArray(value) && arrayIndex(following) < 0) {
    for (const element of value) collect(element, path, depth + 1, found);
  } else collect(value, path, depth + 1, found);
}

/** The field of an object, or the element of an array at the index that the name is. */
function memberOf(container: Value | undefined, name: string): Value | undefined {
  if (isObject(container)) return ownField(container, name);
  return isArray(container) ? container[arrayIndex(name)] : undefined;
}
