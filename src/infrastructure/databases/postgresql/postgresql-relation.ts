import type { Path } from '../../../domain/query/path.ts';
import { andSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { pathArray, pathSource } from './postgresql-paths.ts';
import { selectedColumns, tableOf } from './postgresql-rows.ts';

/** What has come of a pipeline so far: a query that has not been closed yet. */
export interface Relation {
  readonly from: SqlFragment;
  /** `row`: the columns of a collection's table; `doc`: one column `doc` with the document as JSON. */
  readonly shape: 'row' | 'doc';
  readonly where: readonly SqlFragment[];
  readonly order: SqlFragment | undefined;
  readonly skip: number;
  readonly limit: number | undefined;
}

export const rowColumns = trustedSql(selectedColumns);

export function relationOf(collection: string): Relation {
  return { from: tableOf(collection), shape: 'row', where: [], order: undefined, skip: 0, limit: undefined };
}

export function selectFrom(relation: Relation, columns: SqlFragment): SqlFragment {
  const { from, where, order, skip, limit } = relation;
  const conditions = where.length === 0 ? sql`` : sql` WHERE ${andSql(where)}`;
  const ordered = order === undefined ? sql`` : sql` ORDER BY ${order}`;
  const limited = limit === undefined ? sql`` : sql` LIMIT ${limit}`;
  const cut = skip === 0 ? sql`` : sql` OFFSET ${skip}`;
  return sql`SELECT ${columns} FROM ${from}${conditions}${ordered}${limited}${cut}`;
}

/** The whole document as a pipeline sees it. */
export function documentJson({ shape }: Relation): SqlFragment {
  if (shape === 'doc') return sql`doc`;
  return trustedSql(
    `(data || jsonb_build_object('_id', id, '_version', version, '_metadata', metadata,
      '_created_at', document_service.instant(created_at), '_updated_at', document_service.instant(updated_at)))`,
  );
}

/** The value of `$path` as expressions read it, SQL NULL when missing; undefined: no text of PostgreSQL's. */
export function fieldSql({ shape }: Relation, path: Path): SqlFragment | undefined {
  const [first, ...rest] = path;
  if (first === undefined || !path.every(isStorableText)) return undefined;
  if (shape === 'doc') return below(sql`doc`, path);
  if (first === '_metadata') return below(sql`metadata`, rest);
  const source = pathSource(path);
  if (source === undefined) return sql`NULL::jsonb`;
  return source.kind === 'column' ? source.value.json : below(source.root, source.path);
}

function below(root: SqlFragment, path: Path): SqlFragment {
  const [only] = path;
  if (only === undefined) return root;
  if (path.length === 1) return sql`(${root} -> ${only}::text)`;
  return sql`document_service.field(${root}, ${pathArray(path)})`;
}
