import type { Json } from '../../src/domain/value/value.ts';
import type { CorpusCase } from './corpus-case.ts';
import { isObject } from './portable-ids.ts';

/** Whether an answer is the expected one: objects without key order, numbers by value, order where the case asks for it. */
export function sameAnswer(actual: readonly Json[], expected: readonly Json[], one: CorpusCase): boolean {
  const digits = one.approx === undefined || one.approx === false ? 15 : 6;
  const free = new Set(one.ignore_order_in ?? []);
  const shape = (value: Json): string => canonical(value, digits, free, undefined);
  const left = actual.map(shape);
  const right = expected.map(shape);
  if (one.order !== 'sorted') {
    left.sort();
    right.sort();
  }
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

function canonical(value: Json, digits: number, free: ReadonlySet<string>, name: string | undefined): string {
  if (typeof value === 'number') {
    const negligible = value === 0 || (digits < 15 && Math.abs(value) < 1e-12);
    return String(negligible ? 0 : Number(value.toPrecision(digits)));
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => canonical(item, digits, free, name));
    return `[${(name !== undefined && free.has(name) ? items.sort() : items).join()}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, field]) => `${JSON.stringify(key)}:${canonical(field, digits, free, key)}`,
  );
  return `{${fields.sort().join()}}`;
}
