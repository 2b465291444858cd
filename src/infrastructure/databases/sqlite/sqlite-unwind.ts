import type { Stage } from '../../../domain/query/stage.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { pathSource } from './sqlite-expressions.ts';
import { isPushablePath, jsonPath } from './sqlite-json-path.ts';

/**
 * `$unwind` of a field of the data: a row for each element, which takes the array's place in the document, so that
 * what follows can speak of it like of any other. As in MongoDB the path does not look into arrays. Undefined for
 * system fields and with `includeArrayIndex`.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/unwind/
 */
export function unwindSql(
  stage: Extract<Stage, { kind: 'unwind' }>,
  rows: SqlFragment,
): SqlFragment | undefined {
  const source = isPushablePath(stage.path) ? pathSource(stage.path) : undefined;
  if (stage.includeArrayIndex !== undefined || source?.kind !== 'json' || source.column !== 'data')
    return undefined;
  // A number names an array's element here, which a path of object keys cannot say.
  if (stage.path.some((segment) => /^\d+$/.test(segment))) return undefined;
  const path = jsonPath(source.path);
  const kept = stage.preserveNullAndEmptyArrays
    ? sql`TRUE`
    : sql`(e.key IS NOT NULL OR json_type(r.data, ${path}) NOT IN ('array', 'null'))`;
  return sql`(SELECT r.id, CASE
    WHEN e.key IS NOT NULL THEN json_set(r.data, ${path}, json(r.data -> (${path} || '[' || e.key || ']')))
    WHEN json_type(r.data, ${path}) = 'array' THEN json_remove(r.data, ${path}) ELSE r.data END AS data,
    r.version, r.created_at, r.updated_at, r.metadata
    FROM (${rows}) r LEFT JOIN json_each(CASE json_type(r.data, ${path}) WHEN 'array' THEN r.data -> ${path} END) e
    WHERE ${kept})`;
}
