import { andSql, orSql } from './combine-conditions.ts';
import { type SqlFragment, sql } from './sql-fragment.ts';

/** One column of an order, and where in it the page before ended. */
export interface KeysetColumn {
  readonly expression: SqlFragment;
  readonly direction: 1 | -1;
  /** The value after which to go on, bound; undefined: NULL. */
  readonly value: SqlFragment | undefined;
  /** Whether the expression can be NULL, which must sort before everything else. */
  readonly nullable: boolean;
}

/**
 * "Comes after this key in this order": a lexicographic comparison, written so that an index on the leading column
 * starts at the key (the bound on it is redundant, but only that is a range that databases can search).
 * https://use-the-index-luke.com/sql/partial-results/fetch-next-page
 */
export function keysetCondition(columns: readonly KeysetColumn[]): SqlFragment {
  const [first] = columns;
  if (first === undefined) return sql`FALSE`;
  if (columns.length === 1) return strictlyAfter(first);
  const arms = columns.map((column, i) => andSql([...columns.slice(0, i).map(equal), strictlyAfter(column)]));
  return andSql([notBefore(first), orSql(arms)]);
}

function equal({ expression, value }: KeysetColumn): SqlFragment {
  return value === undefined ? sql`${expression} IS NULL` : sql`${expression} = ${value}`;
}

function strictlyAfter({ expression, direction, value, nullable }: KeysetColumn): SqlFragment {
  if (value === undefined) return direction === 1 ? sql`${expression} IS NOT NULL` : sql`FALSE`;
  if (direction === 1) return sql`${expression} > ${value}`;
  return nullable ? sql`(${expression} < ${value} OR ${expression} IS NULL)` : sql`${expression} < ${value}`;
}

function notBefore({ expression, direction, value, nullable }: KeysetColumn): SqlFragment {
  if (value === undefined) return direction === 1 ? sql`TRUE` : sql`${expression} IS NULL`;
  if (direction === 1) return sql`${expression} >= ${value}`;
  return nullable
    ? sql`(${expression} <= ${value} OR ${expression} IS NULL)`
    : sql`${expression} <= ${value}`;
}
