import type { Path } from '../../../domain/query/path.ts';
import type { Relation } from '../sql/relation.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { pathArray, pathSource } from './postgresql-paths.ts';

/** The columns of a table that a document is made of. */
export const rowColumns = trustedSql('id, data, version, created_at, updated_at, metadata');

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
