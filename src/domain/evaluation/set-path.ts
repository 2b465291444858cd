import type { Path } from '../query/path.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { withField } from './set-field.ts';

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
