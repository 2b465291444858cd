import type { Json } from '../../../domain/value/value.ts';
import type { MongodbNative } from './mongodb-native.ts';
import { isBsonDocument } from './mongodb-values.ts';

/** A fragment for `explain`: its shape, every value of the caller replaced by `?`. */
export function explainNative(native: MongodbNative): Json {
  switch (native.kind) {
    case 'filter':
      return masked(native.filter, false);
    case 'sort':
      return Object.fromEntries(native.sort);
    case 'pipeline':
      return native.stages.map((stage) => masked(stage, true));
  }
}

/** Stages whose numbers are part of the statement's shape. */
const shapes: ReadonlySet<string> = new Set(['$sort', '$limit', '$skip', '$project', '$sample', '$exists']);

function masked(value: unknown, expressions: boolean): Json {
  if (Array.isArray(value)) return maskedArray(value, expressions);
  if (isBsonDocument(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        shapes.has(key) ? shapeOf(member, expressions) : masked(member, expressions && key !== '$literal'),
      ]),
    );
  return expressions && typeof value === 'string' && value.startsWith('$') ? value : '?';
}

/** Lists of values shrink to one placeholder; conditions and stages stay. */
function maskedArray(values: readonly unknown[], expressions: boolean): Json {
  const items = values.map((item) => masked(item, expressions));
  return items.every((item) => item === '?') ? (items.length === 0 ? [] : ['?']) : items;
}

function shapeOf(value: unknown, expressions: boolean): Json {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (!isBsonDocument(value)) return masked(value, expressions);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, shapeOf(member, expressions)]),
  );
}
