import type { Leaf } from '../../../domain/query/filter.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';

const operators = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** Comparisons of `_id` with texts, on the column itself, so that the primary key answers them. */
export function idCondition(leaf: Leaf): SqlFragment | undefined {
  if (leaf.kind === 'exists') return sql`TRUE`;
  if (leaf.kind === 'compare') {
    if (typeof leaf.value !== 'string') return undefined;
    if (!isStorableText(leaf.value)) return leaf.op === 'eq' ? sql`FALSE` : undefined;
    return leaf.op === 'eq'
      ? sql`id = ${leaf.value}`
      : sql`id COLLATE "C" ${trustedSql(operators[leaf.op])} ${leaf.value}`;
  }
  if (leaf.kind !== 'in' || leaf.patterns.length > 0) return undefined;
  const texts = leaf.values.filter((value) => typeof value === 'string').filter(isStorableText);
  return sql`id = ANY(${arrayText(texts)}::text[])`;
}
