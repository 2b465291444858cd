import type { Stage } from '../../../domain/query/stage.ts';
import { sql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { documentJson, type Relation, selectFrom } from './postgresql-relation.ts';

/** One document for each element of an array in a field of the document itself; deeper ones are the domain's. */
export function unwindSql(
  relation: Relation,
  stage: Extract<Stage, { kind: 'unwind' }>,
): Relation | undefined {
  const [name] = stage.path;
  if (name === undefined || stage.path.length > 1 || !isStorableText(name)) return undefined;
  if (stage.includeArrayIndex !== undefined || relation.order !== undefined) return undefined;
  const documents = sql`(${selectFrom(relation, sql`${documentJson(relation)} AS d`)}) AS s`;
  const value = sql`(d -> ${name}::text)`;
  const isArray = sql`jsonb_typeof(${value}) = 'array'`;
  const elements = sql`jsonb_array_elements(CASE WHEN ${isArray} THEN ${value} ELSE '[]' END)`;
  const joined = sql`${documents} LEFT JOIN LATERAL ${elements} AS e(e) ON TRUE`;
  const document = sql`CASE WHEN e IS NOT NULL THEN d || jsonb_build_object(${name}::text, e) WHEN ${isArray} THEN d - ${name}::text ELSE d END AS doc`;
  const kept = stage.preserveNullAndEmptyArrays
    ? sql`TRUE`
    : sql`(e IS NOT NULL OR (${value} IS NOT NULL AND ${value} <> 'null' AND NOT ${isArray}))`;
  const unwound = sql`SELECT ${document} FROM ${joined} WHERE ${kept}`;
  const from = sql`(${unwound}) AS r`;
  return { from, shape: 'doc', where: [], order: undefined, skip: 0, limit: undefined };
}
