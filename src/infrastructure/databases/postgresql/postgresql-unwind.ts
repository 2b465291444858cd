import type { Path } from '../../../domain/query/path.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { type Relation, spread } from '../sql/relation.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { pathSource } from './postgresql-paths.ts';
import { documentJson, rowColumns } from './postgresql-relation.ts';

/** One document for each element of an array in a field of the document itself; deeper ones are the domain's. */
export function unwindSql(
  relation: Relation,
  stage: Extract<Stage, { kind: 'unwind' }>,
): Relation | undefined {
  const [name] = stage.path;
  const index = stage.includeArrayIndex;
  if (name === undefined || stage.path.length > 1 || !isStorableText(name)) return undefined;
  if (index !== undefined && (index.includes('.') || !isStorableText(index))) return undefined;
  const staysRow = relation.shape === 'row' && isData([name]) && (index === undefined || isData([index]));
  const root = staysRow ? sql`data` : sql`d`;
  const value = sql`(${root} -> ${name}::text)`;
  const isArray = sql`(jsonb_typeof(${value}) = 'array')`;
  const elements = sql`jsonb_array_elements(CASE WHEN ${isArray} THEN ${value} ELSE '[]' END) WITH ORDINALITY`;
  const unwound = sql`CASE WHEN e IS NOT NULL THEN ${root} || jsonb_build_object(${name}::text, e) WHEN ${isArray} THEN ${root} - ${name}::text ELSE ${root} END`;
  const document =
    index === undefined ? unwound : sql`((${unwound}) || jsonb_build_object(${index}::text, o - 1))`;
  const kept = stage.preserveNullAndEmptyArrays
    ? sql`TRUE`
    : sql`(e IS NOT NULL OR (${value} IS NOT NULL AND ${value} <> 'null' AND NOT ${isArray}))`;
  const from = (documents: SqlFragment): SqlFragment =>
    sql`(${documents}) AS s LEFT JOIN LATERAL ${elements} AS e(e, o) ON TRUE WHERE ${kept}`;
  if (!staysRow) {
    const input = sql`${documentJson(relation)} AS d`;
    return spread(relation, {
      input,
      output: sql`${document} AS doc`,
      columns: trustedSql('doc'),
      shape: 'doc',
      from,
    });
  }
  const output = sql`id, ${document} AS data, version, created_at, updated_at, metadata`;
  return spread(relation, { input: rowColumns, output, columns: rowColumns, shape: 'row', from });
}

function isData(path: Path): boolean {
  return pathSource(path)?.kind === 'json' && path[0] !== '_metadata';
}
