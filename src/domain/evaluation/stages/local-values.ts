import type { Path } from '../../query/path.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isArray, isObject, ownField } from '../../value/value-type.ts';
import { arrayIndex } from '../match-path.ts';

/**
 * What the local side of an equality join looks for: the values at the path, arrays on the way and at the end counting
 * by their elements, a number segment as an index as well. A missing field counts as null; an empty array finds nothing.
 */
export function localValues(document: PipelineDocument, path: Path): readonly (Value | undefined)[] {
  const found: (Value | undefined)[] = [];
  collect(document, path, 0, found);
  return found;
}

function collect(value: Value | undefined, path: Path, depth: number, found: (Value | undefined)[]): void {
  const name = path[depth];
  if (name === undefined) {
    if (isArray(value)) for (const member of value) found.push(member);
    else found.push(value ?? null);
  } else if (isArray(value)) {
    const element = value[arrayIndex(name)];
    if (element !== undefined) collect(element, path, depth + 1, found);
    for (const member of value) if (isObject(member)) collect(member, path, depth, found);
  } else collect(isObject(value) ? ownField(value, name) : undefined, path, depth + 1, found);
}
