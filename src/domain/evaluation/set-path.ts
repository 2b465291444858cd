import type { Path } from '../query/path.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { type MutableObject, setField, withField } from './set-field.ts';

/**
 * A copy of the document with the value at the path, as `$set` writes it: objects on the way are made where
 * something else stands, and of an array every element gets the value. Undefined removes the field.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/addFields/
 */
export function setPath(document: ValueObject, path: Path, value: Value | undefined): ValueObject {
  const [name = '', ...rest] = path;
  if (rest.length === 0) return withField(document, name, value);
  return withField(document, name, setBelow(ownField(document, name), rest, value));
}

function setBelow(current: Value | undefined, path: Path, value: Value | undefined): Value {
  if (isArray(current)) return current.map((element) => setBelow(element, path, value));
  return setPath(isObject(current) ? current : {}, path, value);
}

/** A copy without the field; of an array on the way every element loses it. The document itself when it has none. */
export function unsetPath(document: ValueObject, path: Path): ValueObject {
  const [name = '', ...rest] = path;
  const current = ownField(document, name);
  if (current === undefined) return document;
  if (rest.length === 0) return withField(document, name, undefined);
  const next = unsetBelow(current, rest);
  return next === current ? document : withField(document, name, next);
}

function unsetBelow(current: Value, path: Path): Value {
  if (isArray(current)) return current.map((element) => unsetBelow(element, path));
  return isObject(current) ? unsetPath(current, path) : current;
}

/** A copy with the value at the path, as `$lookup` writes it: anything but an object on the way makes room for one. */
export function placeAt(document: ValueObject, path: Path, value: Value): ValueObject {
  const [name = '', ...rest] = path;
  if (rest.length === 0) return withField(document, name, value);
  const current = ownField(document, name);
  return withField(document, name, placeAt(isObject(current) ? current : {}, rest, value));
}

/** Paths of which none is another's or part of it, by their segments; `place` is that of the path which ends here. */
export interface PathTree {
  readonly place: number | undefined;
  readonly children: ReadonlyMap<string, PathTree>;
}

interface GrowingTree {
  place: number | undefined;
  readonly children: Map<string, GrowingTree>;
}

export function pathTree(paths: readonly Path[]): PathTree {
  const root: GrowingTree = { place: undefined, children: new Map() };
  for (const [place, path] of paths.entries()) {
    let node = root;
    for (const name of path) {
      const child = node.children.get(name) ?? { place: undefined, children: new Map() };
      node.children.set(name, child);
      node = child;
    }
    node.place = place;
  }
  return root;
}

/** As `setPath` for each path with its value, but every object is copied once. */
export function setPaths(
  document: ValueObject,
  tree: PathTree,
  values: readonly (Value | undefined)[],
): ValueObject {
  const copy: MutableObject = { ...document };
  for (const [name, node] of tree.children) {
    const value =
      node.place === undefined ? setPathsBelow(ownField(copy, name), node, values) : values[node.place];
    if (value === undefined) delete copy[name];
    else setField(copy, name, value);
  }
  return copy;
}

function setPathsBelow(
  current: Value | undefined,
  tree: PathTree,
  values: readonly (Value | undefined)[],
): Value {
  if (isArray(current)) return current.map((element) => setPathsBelow(element, tree, values));
  return setPaths(isObject(current) ? current : {}, tree, values);
}

/** As `unsetPath` for each path. */
export function unsetPaths(document: ValueObject, tree: PathTree): ValueObject {
  let copy: MutableObject | undefined;
  for (const [name, node] of tree.children) {
    const current = ownField(document, name);
    if (current === undefined) continue;
    const next = node.place === undefined ? unsetPathsBelow(current, node) : undefined;
    if (next === current) continue;
    copy ??= { ...document };
    if (next === undefined) delete copy[name];
    else setField(copy, name, next);
  }
  return copy ?? document;
}

function unsetPathsBelow(current: Value, tree: PathTree): Value {
  if (isArray(current)) return current.map((element) => unsetPathsBelow(element, tree));
  return isObject(current) ? unsetPaths(current, tree) : current;
}
