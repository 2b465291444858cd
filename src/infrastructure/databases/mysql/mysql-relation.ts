import type { Path } from '../../../domain/query/path.ts';
import type { Relation } from '../sql/relation.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { everyElement, isPushablePath, pathSource, valueAt } from './mysql-paths.ts';

/** The columns of a table that a document is made of, without those of its indexes. */
export const rowColumns = trustedSql('id, data, version, created_at, updated_at, metadata');

const jsonColumns = {
  id: trustedSql('CAST(JSON_QUOTE(id) AS JSON)'),
  version: trustedSql('CAST(version AS JSON)'),
  created_at: trustedSql('CAST(JSON_QUOTE(created_at) AS JSON)'),
  updated_at: trustedSql('CAST(JSON_QUOTE(updated_at) AS JSON)'),
} as const;

/** The whole document as a pipeline sees it. */
export function documentJson({ shape }: Relation): SqlFragment {
  if (shape === 'doc') return sql`doc`;
  return trustedSql(
    `JSON_SET(data, '$._id', id, '$._version', version, '$._created_at', created_at, '$._updated_at', updated_at, '$._metadata', metadata)`,
  );
}

/** The value of `$path` as expressions read it, NULL when missing; undefined: not MySQL's to say. */
export function fieldSql({ shape }: Relation, path: Path): SqlFragment | undefined {
  if (shape === 'doc') return below(sql`doc`, path);
  const source = pathSource(path);
  if (source === undefined) return sql`CAST(NULL AS JSON)`;
  return source.kind === 'column'
    ? jsonColumns[source.column]
    : below(trustedSql(source.column), source.path);
}

/** An array on the way gives the array of what its objects hold; more than one of them would nest, which no path says. */
function below(root: SqlFragment, path: Path): SqlFragment | undefined {
  const [first] = path;
  if (first === undefined) return root;
  if (!isPushablePath(path) || path.length > 2) return undefined;
  const direct = valueAt({ root, steps: path });
  if (path.length === 1) return direct;
  const [, second = ''] = path;
  const inside = valueAt({ root, steps: [first, everyElement, second] });
  const outer = valueAt({ root, steps: [first] });
  return sql`(CASE JSON_TYPE(${outer}) WHEN 'ARRAY' THEN COALESCE(${inside}, JSON_ARRAY()) ELSE ${direct} END)`;
}
