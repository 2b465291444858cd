import type { Value, ValueObject } from '../value/value.ts';

/** An object under construction. */
export type MutableObject = Record<string, Value>;

/** Sets an own field, `__proto__` like any other. */
export function setField(object: MutableObject, name: string, value: Value): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

/** A copy with one field set; its place stays, a further field comes last. Undefined removes it. */
export function withField(object: ValueObject, name: string, value: Value | undefined): ValueObject {
  const copy: MutableObject = { ...object };
  if (value === undefined) delete copy[name];
  else setField(copy, name, value);
  return copy;
}
