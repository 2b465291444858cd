import type { Stage } from '../../../domain/query/stage.ts';
import { type Relation, spread } from '../sql/relation.ts';
import { sql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { documentJson } from './postgresql-relation.ts';

/** One document for each element of an array in a field of the document itself; deeper ones are the domain's. */
export function unwindSql(
  relation: Relation,
  stage: Extract<Stage, { kind: 'unwind' }>,
): Relation | undefined {
  const [name] = stage.path;
  const index = stage.includeArrayIndex;
  if (name === undefined || stage.path.length > 1 || !isStorableText(name)) return undefined;
  if (index !== undefined && (index.includes('.') || !isStorableText(index))) return undefined;
  const value = sql`(d -> ${name}::text)`;
  const isArray = sql`(jsonb_typeof(${value}) = 'array')`;
  const elements = sql`jsonb_array_elements(CASE WHEN ${isArray} THEN ${value} ELSE '[]' END) WITH ORDINALITY`;
  const unwound = sql`CASE WHEN e IS NOT NULL THEN d || jsonb_build_object(${name}::text, e) WHEN ${isArray} THEN d - ${name}::text ELSE d END`;
  const document =
    index === undefined ? unwound : sql`((${unwound}) || jsonb_build_object(${index}::text, o - 1))`;
  const kept = stage.preserveNullAndEmptyArrays
    ? sql`TRUE`
    : sql`(e IS NOT NULL OR (${value} IS NOT NULL AND ${value} <> 'null' AND NOT ${isArray}))`;
  return spread(relation, {
    input: sql`${documentJson(relation)} AS d`,
    output: sql`${document} AS doc`,
    columns: sql`doc`,
    shape: 'doc',
    from: (documents) =>
      sql`(${documents}) AS s LEFT JOIN LATERAL ${elements} AS e(e, o) ON TRUE WHERE ${kept}`,
  });
}
