import { joinSql, type SqlFragment, sql, trustedSql } from './sql-fragment.ts';

/** Longer chains are nested as a balanced tree, because databases bound the depth of an expression (SQLite: 1,000). */
const longestChain = 50;

/** Holds when every part holds; true of none. */
export function andSql(parts: readonly SqlFragment[]): SqlFragment {
  return combine(parts, ' AND ', 'TRUE');
}

/** Holds when any part holds; false of none. */
export function orSql(parts: readonly SqlFragment[]): SqlFragment {
  return combine(parts, ' OR ', 'FALSE');
}

/** Two-valued: where the part is NULL it does not hold, and its negation does. */
export function notSql(part: SqlFragment): SqlFragment {
  return sql`((${part}) IS NOT TRUE)`;
}

function combine(parts: readonly SqlFragment[], operator: string, neutral: string): SqlFragment {
  const [only] = parts;
  if (only === undefined) return trustedSql(neutral);
  if (parts.length === 1) return only;
  if (parts.length <= longestChain) return sql`(${joinSql(parts, operator)})`;
  const middle = parts.length >> 1;
  return combine(
    [combine(parts.slice(0, middle), operator, neutral), combine(parts.slice(middle), operator, neutral)],
    operator,
    neutral,
  );
}
