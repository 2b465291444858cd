import type { Json, JsonObject } from '../../src/domain/value/value.ts';

/**
 * The corpus's `_id`s are mostly integers, ours are strings: an integer becomes a string of equal order, and back
 * wherever such a string stands in an answer.
 */
export function portableId(id: Json): Json {
  return typeof id === 'number' ? `#${(id + 1e9).toFixed(3).padStart(15, '0')}` : id;
}

/** A filter with the operands of `_id` made portable. */
export function portableFilter(filter: Json): Json {
  if (Array.isArray(filter)) return filter.map(portableFilter);
  if (!isObject(filter)) return filter;
  return mapFields(filter, (name, value) => {
    if (name === '_id') return portableOperand(value);
    return name === '$and' || name === '$or' || name === '$nor' ? portableFilter(value) : value;
  });
}

/** A pipeline with the `_id`s in its `$match` stages made portable, nested pipelines included. */
export function portablePipeline(pipeline: Json): Json {
  if (Array.isArray(pipeline)) return pipeline.map(portablePipeline);
  if (!isObject(pipeline)) return pipeline;
  return mapFields(pipeline, (name, value) => {
    if (name === '$match') return portableFilter(value);
    return name.startsWith('$') || name === 'pipeline' || Array.isArray(value)
      ? portablePipeline(value)
      : value;
  });
}

function portableOperand(operand: Json): Json {
  if (Array.isArray(operand)) return operand.map(portableOperand);
  if (isObject(operand))
    return mapFields(operand, (name, value) => (name === '$type' ? value : portableOperand(value)));
  return portableId(operand);
}

/** An answer in the corpus's terms: integer ids again, without the system fields that MongoDB does not have. */
export function corpusAnswer(value: Json): Json {
  if (typeof value === 'string') return /^#\d{11}\.\d{3}$/.test(value) ? Number(value.slice(1)) - 1e9 : value;
  if (Array.isArray(value)) return value.map(corpusAnswer);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !systemFields.has(name));
  return Object.fromEntries(kept.map(([name, field]) => [name, corpusAnswer(field)]));
}

const systemFields = new Set(['_version', '_created_at', '_updated_at', '_metadata']);

function mapFields(object: JsonObject, map: (name: string, value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(name, value)]));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
