import type { Filter } from '../../../domain/query/filter.ts';
import { renderCondition } from './mongodb-filter.ts';
import type { BsonDocument } from './mongodb-values.ts';

/**
 * A condition on an array's element itself, as operators without a field: `{$gt: 1, $not: {$mod: [2, 0]}}`. MongoDB
 * has no `$and` or `$or` there and takes each operator once; what would need them is undefined. (What callers can
 * write has such a form, as they wrote it.)
 */
export function renderElementCondition(filter: Filter): BsonDocument | undefined {
  switch (filter.kind) {
    case 'everything':
      return {};
    case 'and':
      return merge(filter.of.map(renderElementCondition));
    case 'not':
      return negate(renderElementCondition(filter.of));
    case 'nothing':
      return { $in: [] };
    case 'or':
    case 'collated':
    case 'expr':
    case 'jsonSchema':
    case 'text':
      return undefined;
    default:
      return renderCondition(filter);
  }
}

/** The conjunction; several equalities become `$all`, several inequalities `$nin`. */
function merge(parts: readonly (BsonDocument | undefined)[]): BsonDocument | undefined {
  const merged = new Map<string, unknown>();
  for (const part of parts) {
    if (part === undefined) return undefined;
    for (const [operator, operand] of Object.entries(part)) {
      const [name, value] = place(merged, operator, operand);
      if (name === undefined) return undefined;
      merged.set(name, value);
    }
  }
  if (merged.has('$options') && !merged.has('$regex')) return undefined;
  return Object.fromEntries(merged);
}

function place(
  merged: Map<string, unknown>,
  operator: string,
  operand: unknown,
): readonly [string?, unknown?] {
  if (!merged.has(operator)) return [operator, operand];
  const present = merged.get(operator);
  if (operator === '$eq' && !merged.has('$all')) {
    merged.delete('$eq');
    return ['$all', [present, operand]];
  }
  if (operator === '$ne' && !merged.has('$nin')) {
    merged.delete('$ne');
    return ['$nin', [present, operand]];
  }
  return [];
}

function negate(part: BsonDocument | undefined): BsonDocument | undefined {
  if (part === undefined) return undefined;
  const [operation, ...more] = Object.entries(part);
  if (operation === undefined) return { $in: [] };
  const [operator, operand] = operation;
  if (more.length > 0) return { $not: part };
  if (operator === '$eq') return { $ne: operand };
  if (operator === '$in') return { $nin: operand };
  if (operator === '$exists') return { $exists: operand !== true };
  return { $not: part };
}
