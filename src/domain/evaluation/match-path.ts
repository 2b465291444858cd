import type { Path } from '../query/path.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject } from '../value/value-type.ts';

/** Asked of each value that a path reaches; undefined: the field is missing. */
export type ValueTest = (value: Value | undefined) => boolean;

/**
 * Compiles "some value that the path reaches passes the test" with MongoDB's rules: an array on the way is searched
 * element by element (objects only), and a number segment is its index as well as a field name of its elements. An
 * array at the end counts by its elements and as a whole (`expand`), unless an index led to it; or only as a
 * whole (`whole`). The empty path is the value itself, never expanded.
 * https://github.com/mongodb/mongo/blob/master/src/mongo/db/matcher/path.cpp
 */
export function matchPath(path: Path, leaf: 'expand' | 'whole', test: ValueTest): ValueTest {
  const [first, ...rest] = path;
  if (first === undefined) return test;
  const step = compileStep(first, rest, leaf, test);
  return (root) => (isObject(root) ? step.field(root) : test(undefined));
}

/** What a segment does when it stands before an object, and when it stands before an array. */
interface Step {
  readonly field: (object: ValueObject) => boolean;
  readonly elements: (array: readonly Value[]) => boolean;
}

function compileStep(name: string, rest: Path, leaf: 'expand' | 'whole', test: ValueTest): Step {
  const [following, ...further] = rest;
  return following === undefined
    ? lastStep(name, leaf, test)
    : innerStep(name, compileStep(following, further, leaf, test), test);
}

function lastStep(name: string, leaf: 'expand' | 'whole', test: ValueTest): Step {
  const read = fieldReader(name);
  const index = arrayIndex(name);
  const field =
    leaf === 'whole'
      ? (object: ValueObject) => test(read(object))
      : (object: ValueObject) => {
          const value = read(object);
          return typeof value === 'object' && isArray(value) ? testArray(value, test) : test(value);
        };
  const elements = (array: readonly Value[]) => {
    for (let i = 0; i < array.length; i++) {
      const element = array[i];
      if (isObject(element) && field(element)) return true;
      if (i === index && test(element)) return true;
    }
    return false;
  };
  return { field, elements };
}

function testArray(array: readonly Value[], test: ValueTest): boolean {
  for (let i = 0; i < array.length; i++) if (test(array[i])) return true;
  return test(array);
}

function innerStep(name: string, next: Step, test: ValueTest): Step {
  const read = fieldReader(name);
  const index = arrayIndex(name);
  const field = (object: ValueObject) => {
    const value = read(object);
    if (isArray(value)) return next.elements(value);
    return isObject(value) ? next.field(value) : test(undefined);
  };
  const elements = (array: readonly Value[]) => {
    for (let i = 0; i < array.length; i++) {
      const element = array[i];
      if (isObject(element)) {
        if (field(element) || (i === index && next.field(element))) return true;
      } else if (i === index && isArray(element) && next.elements(element)) return true;
    }
    return false;
  };
  return { field, elements };
}

/** The place in an array that a segment names, -1 for none; `01` names none. */
export function arrayIndex(segment: string): number {
  return /^(0|[1-9]\d{0,8})$/.test(segment) ? Number(segment) : -1;
}

/** Reads an own field; the check is needed only for names that every object inherits. */
export function fieldReader(name: string): (object: ValueObject) => Value | undefined {
  if (name in Object.prototype) return (object) => (Object.hasOwn(object, name) ? object[name] : undefined);
  return (object) => object[name];
}
