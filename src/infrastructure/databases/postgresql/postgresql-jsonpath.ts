import type { Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Value } from '../../../domain/value/value.ts';
import { orderKey } from './postgresql-order-key.ts';
import { namesElement } from './postgresql-paths.ts';
import { literalPattern } from './postgresql-pattern.ts';
import { jsonText } from './postgresql-value-condition.ts';

/** Longer lists are compared by hash in SQL. */
const longestList = 16;

/**
 * A leaf as a predicate of jsonpath in lax mode, where that says just what MongoDB says: member accessors look into
 * arrays, comparisons into arrays at the end, one level each, and values of different types do not compare. It is
 * bound as one parameter. Undefined: jsonpath has no words for it.
 * https://www.postgresql.org/docs/current/functions-json.html#STRICT-AND-LAX-MODES
 */
export function jsonpathOf(leaf: Leaf, path: Path): string | undefined {
  if (path.length === 0 || namesElement(path)) return undefined;
  const target = accessor(path);
  switch (leaf.kind) {
    case 'exists':
      return `exists(${target})`;
    case 'compare':
      return isScalar(leaf.value) ? `${target} ${operators[leaf.op]} ${jsonText(leaf.value)}` : undefined;
    case 'in':
      if (leaf.patterns.length > 0 || leaf.values.length === 0 || leaf.values.length > longestList)
        return undefined;
      if (!leaf.values.every(isScalar)) return undefined;
      return leaf.values.map((value) => `${target} == ${jsonText(value)}`).join(' || ');
    case 'regex': {
      const literal = literalPattern(leaf);
      if (literal === undefined || literal.text === '') return undefined;
      const text = JSON.stringify(literal.text);
      return literal.anchored ? `${target} starts with ${text}` : undefined;
    }
    case 'type':
      return typePredicate(leaf.types, target);
    default:
      return undefined;
  }
}

export function accessor(path: Path): string {
  return `$${path.map((segment) => `.${JSON.stringify(segment)}`).join('')}`;
}

const operators = { eq: '==', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const typeNames: Readonly<Partial<Record<string, string>>> = {
  string: 'string',
  object: 'object',
  bool: 'boolean',
  null: 'null',
  number: 'number',
  array: 'array',
};

/** `type()` does not look into arrays by itself, `[*]` makes it. */
function typePredicate(types: readonly string[], target: string): string | undefined {
  const names = types.map((type) => typeNames[type]);
  if (names.includes(undefined) || names.length === 0) return undefined;
  const parts = names.map((name) => `${target}[*].type() == "${name}"`);
  if (types.includes('array')) parts.push(`${target}.type() == "array"`);
  return parts.join(' || ');
}

function isScalar(value: Value): boolean {
  const key = orderKey(value);
  return key !== undefined && /^[236]/.test(key);
}
