import type { Path } from '../../query/path.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isArray, isObject, ownField } from '../../value/value-type.ts';

/**
 * What the local side of an equality join looks for: the values at the path, arrays on the way and at the end counting
 * by their elements. A missing field counts as null; an empty array finds nothing.
 */
export function localValues(document: PipelineDocument, path: Path): readonly (Value | undefined)[] {
  const found: (Value | undefined)[] = [];
  collect(document, path, 0, found);
  return found;
}

function collect(value: Value | undefined, path: Path, depth: number, found: (Value | undefined)[]): void {
  const name = path[depth];
  if (name === undefined) {
    if (isArray(value)) found.push(...value);
    else found.push(value ?? null);
  } else if (isArray(value)) {
    for (const element of value) if (isObject(element)) collect(element, path, depth, found);
  } else collect(isObject(value) ? ownField(value, name) : undefined, path, depth + 1, found);
}
