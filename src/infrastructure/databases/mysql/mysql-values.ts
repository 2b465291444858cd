import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';

/** The JSON that a query's value is compared as; undefined where no stored JSON is like it (dates, NaN, decimals…). */
export function jsonOperand(value: Value): Json | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'string':
      return value.isWellFormed() ? value : undefined;
    case 'boolean':
      return value;
    default:
      return value === null ? null : structure(value);
  }
}

function structure(value: Exclude<Value, null | number | string | boolean>): Json | undefined {
  if (value instanceof TypedNumber) {
    const exact =
      value.type !== 'decimal' && Number.isFinite(value.value) && Number(value.text) === value.value;
    return exact ? value.value : undefined;
  }
  if (isArray(value)) {
    const items = value.map(jsonOperand);
    return items.includes(undefined) ? undefined : items.filter((item) => item !== undefined);
  }
  if (!isObject(value)) return undefined;
  const fields: (readonly [string, Json])[] = [];
  for (const [name, field] of Object.entries(value)) {
    const json = name.isWellFormed() ? jsonOperand(field) : undefined;
    if (json === undefined) return undefined;
    fields.push([name, json]);
  }
  return Object.fromEntries(fields);
}
