import { ServiceError } from '../../errors.ts';
import type { Path } from '../../query/path.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isArray, isObject, ownField } from '../../value/value-type.ts';
import { arrayIndex } from '../match-path.ts';
import { type MutableObject, setField } from '../set-field.ts';

/** MongoDB's own bound: https://github.com/mongodb/mongo/blob/master/src/mongo/db/update/storage_validation.cpp */
const maxPadding = 1_500_000;

/** What stands at a path: a value, nothing yet, or something on the way that cannot hold a field of that name. */
export type Place =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'missing' }
  | { readonly kind: 'blocked' };

/**
 * A document while it is being updated: reads see the changes made so far, what was given is never touched, and only
 * the objects and arrays on the way to a change are copied, once.
 */
export class DocumentDraft {
  #root: ValueObject;
  /** The copies of our own, which may be written to. */
  readonly #objects = new WeakMap<ValueObject, MutableObject>();
  readonly #arrays = new WeakMap<readonly Value[], Value[]>();

  constructor(root: ValueObject) {
    this.#root = root;
  }

  /** The document that was given, when nothing was changed. */
  get root(): ValueObject {
    return this.#root;
  }

  find(path: Path): Place {
    let value: Value = this.#root;
    for (const segment of path) {
      const child = childOf(value, segment);
      if (child === 'blocked') return { kind: 'blocked' };
      if (child === undefined) return { kind: 'missing' };
      value = child.value;
    }
    return { kind: 'value', value };
  }

  /** Whether an array stands on the way to the path. */
  passesArray(path: Path): boolean {
    return path.some((_, depth) => {
      const place = this.find(path.slice(0, depth));
      return place.kind === 'value' && isArray(place.value);
    });
  }

  /**
   * Sets the value, making the objects on the way and filling an array up with nulls. Rejects with INVALID_REQUEST where
   * something else is in the way.
   */
  write(path: Path, value: Value): void {
    this.#change(path, value);
  }

  /** Takes the field away; of an array the element becomes null. Nothing happens where nothing is. */
  remove(path: Path): void {
    const place = this.find(path);
    const gone = place.kind !== 'value' || (place.value === null && this.#isElement(path));
    if (!gone) this.#change(path, undefined);
  }

  #isElement(path: Path): boolean {
    const holder = this.find(path.slice(0, -1));
    return holder.kind === 'value' && isArray(holder.value);
  }

  #change(path: Path, value: Value | undefined): void {
    const root = this.#changed(this.#root, path, 0, value);
    if (isObject(root)) this.#root = root;
  }

  #changed(
    container: Value | undefined,
    path: Path,
    depth: number,
    value: Value | undefined,
  ): Value | undefined {
    const segment = path[depth];
    if (segment === undefined) return value;
    if (container === undefined || isObject(container)) {
      const object = this.#ownObject(container ?? {});
      const field = this.#changed(ownField(object, segment), path, depth + 1, value);
      if (field === undefined) delete object[segment];
      else setField(object, segment, field);
      return object;
    }
    const index = arrayIndex(segment);
    if (!isArray(container) || index < 0) throw notViable(path, depth);
    const array = this.#ownArray(container);
    pad(array, index);
    array[index] = this.#changed(array[index], path, depth + 1, value) ?? null;
    return array;
  }

  #ownObject(object: ValueObject): MutableObject {
    const known = this.#objects.get(object);
    if (known !== undefined) return known;
    const copy: MutableObject = { ...object };
    this.#objects.set(copy, copy);
    return copy;
  }

  #ownArray(array: readonly Value[]): Value[] {
    const known = this.#arrays.get(array);
    if (known !== undefined) return known;
    const copy = [...array];
    this.#arrays.set(copy, copy);
    return copy;
  }
}

/** The field or element that a segment names; undefined: none yet. */
export function childOf(value: Value, segment: string): { readonly value: Value } | undefined | 'blocked' {
  if (isObject(value)) return present(ownField(value, segment));
  if (!isArray(value)) return 'blocked';
  const index = arrayIndex(segment);
  return index < 0 ? 'blocked' : present(value[index]);
}

function present(value: Value | undefined): { readonly value: Value } | undefined {
  return value === undefined ? undefined : { value };
}

function pad(array: Value[], index: number): void {
  if (index - array.length > maxPadding)
    throw new ServiceError(
      'INVALID_REQUEST',
      `an array is not filled up by more than ${maxPadding} elements`,
    );
  while (array.length < index) array.push(null);
}

function notViable(path: Path, depth: number): ServiceError {
  const holder = path.slice(0, depth).join('.');
  return new ServiceError(
    'INVALID_REQUEST',
    `cannot create the field "${path[depth]}" in "${holder}", which holds no fields of that name`,
    { field: path.join('.') },
  );
}
