import { TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import { canonicalKey } from './canonical-key.ts';

/**
 * A map whose keys are values, equal as MongoDB holds them equal (1 and 1.0; objects by their fields in order). Missing
 * is a key of its own. Strings and numbers, the usual keys, are hashed as they are.
 */
export class KeyedMap<T> {
  readonly #strings = new Map<string, T>();
  readonly #numbers = new Map<number, T>();
  readonly #others = new Map<string, T>();

  get size(): number {
    return this.#strings.size + this.#numbers.size + this.#others.size;
  }

  get(key: Value | undefined): T | undefined {
    if (typeof key === 'string') return this.#strings.get(key);
    const number = plainNumber(key);
    return number === undefined ? this.#others.get(canonicalKey(key)) : this.#numbers.get(number);
  }

  has(key: Value | undefined): boolean {
    return this.get(key) !== undefined;
  }

  set(key: Value | undefined, value: T): void {
    const number = plainNumber(key);
    if (typeof key === 'string') this.#strings.set(key, value);
    else if (number === undefined) this.#others.set(canonicalKey(key), value);
    else this.#numbers.set(number, value);
  }
}

/** A number that its double tells apart from every other; beyond 2^53 the digits count. */
function plainNumber(key: Value | undefined): number | undefined {
  if (typeof key === 'number') return key;
  if (!(key instanceof TypedNumber)) return undefined;
  return Number.isSafeInteger(key.value) || key.type === 'double' ? key.value : undefined;
}
