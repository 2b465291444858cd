import { andSql } from './combine-conditions.ts';
import { type SqlFragment, sql, trustedSql } from './sql-fragment.ts';

/** What has come of a pipeline so far: a query that has not been closed yet. */
export interface Relation {
  readonly from: SqlFragment;
  /** `row`: the columns of a collection's table; `doc`: the document as JSON in the column `doc`. */
  readonly shape: 'row' | 'doc';
  /** What a query around this one needs of it. */
  readonly columns: SqlFragment;
  /** Whether the rows are those of the table, where indexes hold them. */
  readonly isTable: boolean;
  readonly where: readonly SqlFragment[];
  readonly order: SqlFragment | undefined;
  readonly skip: number;
  readonly limit: number | undefined;
}

/** Where documents are made of others, their order goes on in this column. */
export const place = trustedSql('n');

/** A whole table, or query, with nothing said of it yet. */
export function openRelation(from: SqlFragment, shape: Relation['shape'], columns: SqlFragment): Relation {
  return { from, shape, columns, isTable: false, where: [], order: undefined, skip: 0, limit: undefined };
}

/** A collection's table. */
export function tableRelation(table: SqlFragment, columns: SqlFragment): Relation {
  return { ...openRelation(table, 'row', columns), isTable: true };
}

export function selectFrom(relation: Relation, columns: SqlFragment): SqlFragment {
  const { from, where, order, skip, limit } = relation;
  const conditions = where.length === 0 ? sql`` : sql` WHERE ${andSql(where)}`;
  const ordered = order === undefined ? sql`` : sql` ORDER BY ${order}`;
  return sql`SELECT ${columns} FROM ${from}${conditions}${ordered}${windowSql(skip, limit)}`;
}

/** Not every database takes an offset without a limit. */
function windowSql(skip: number, limit: number | undefined): SqlFragment {
  if (skip > 0) return sql` LIMIT ${limit ?? Number.MAX_SAFE_INTEGER} OFFSET ${skip}`;
  return limit === undefined ? sql`` : sql` LIMIT ${limit}`;
}

export function isCut({ skip, limit }: Relation): boolean {
  return skip > 0 || limit !== undefined;
}

/** Ready for a condition or an order: what comes after a skip or a limit looks at their rows only. */
export function uncut(relation: Relation): Relation {
  if (!isCut(relation)) return relation;
  const { columns, shape, order } = relation;
  return { ...openRelation(sql`(${selectFrom(relation, columns)}) AS r`, shape, columns), order };
}

export function matching(relation: Relation, condition: SqlFragment): Relation {
  const open = uncut(relation);
  return { ...open, where: [...open.where, condition] };
}

export function skipped(relation: Relation, count: number): Relation {
  const limit = relation.limit === undefined ? undefined : Math.max(0, relation.limit - count);
  return { ...relation, skip: relation.skip + count, limit };
}

export function limited(relation: Relation, count: number): Relation {
  return { ...relation, limit: Math.min(relation.limit ?? count, count) };
}

/** @param keys the terms of the order. Where they tie, what was the order before stays. */
export function ordered(relation: Relation, keys: SqlFragment): Relation {
  const open = uncut(relation);
  return { ...open, order: open.order === place ? sql`${keys}, ${place}` : keys };
}

/** The same where the order plays no part any more. */
export function unordered(relation: Relation): Relation {
  return isCut(relation) ? relation : { ...relation, order: undefined };
}

/** The rows as a query that also says each one's place in their order, in the column `n`. */
export function numbered(relation: Relation, columns: SqlFragment): SqlFragment {
  return selectFrom(unordered(relation), sql`${columns}, ${placeOf(relation)}`);
}

function placeOf({ order }: Relation): SqlFragment {
  if (order === place) return place;
  const by = order === undefined ? sql`` : sql`ORDER BY ${order}`;
  return sql`ROW_NUMBER() OVER (${by}) AS ${place}`;
}

/**
 * The same rows, each made once: a subquery with a limit is not merged into the query around it, which would compute a
 * document again wherever it is named.
 */
function once(relation: Relation): Relation {
  return isCut(relation) ? relation : limited(relation, Number.MAX_SAFE_INTEGER);
}

/** Each document made into another, in the same order. @param document its JSON, of this relation's columns */
export function reshaped(relation: Relation, document: SqlFragment): Relation {
  const made = sql`${document} AS doc`;
  if (relation.order === undefined)
    return openRelation(sql`(${selectFrom(once(relation), made)}) AS r`, 'doc', sql`doc`);
  const open = openRelation(sql`(${numbered(relation, made)}) AS r`, 'doc', sql`doc, ${place}`);
  return { ...open, order: place };
}

/** How documents are made into several: `from` selects, of a query of `input` called `s`, the rows that make `output`. */
export interface Spread {
  readonly input: SqlFragment;
  readonly output: SqlFragment;
  /** What a query around the new rows needs of them. */
  readonly columns: SqlFragment;
  readonly shape: Relation['shape'];
  readonly from: (documents: SqlFragment) => SqlFragment;
}

/** Each document made into several, in the order of the documents and, for each of them, of the column `o`. */
export function spread(relation: Relation, { input, output, columns, shape, from }: Spread): Relation {
  if (relation.order === undefined) {
    const made = relation.isTable ? relation : once(relation);
    const rows = sql`SELECT ${output} FROM ${from(selectFrom(made, input))}`;
    return openRelation(sql`(${rows}) AS r`, shape, columns);
  }
  const n = sql`ROW_NUMBER() OVER (ORDER BY s.n, o) AS ${place}`;
  const rows = sql`SELECT ${output}, ${n} FROM ${from(numbered(relation, input))}`;
  return { ...openRelation(sql`(${rows}) AS r`, shape, sql`${columns}, ${place}`), order: place };
}
