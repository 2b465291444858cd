import type { Stage } from '../../../domain/query/stage.ts';
import { numbered, openRelation, place, type Relation } from '../sql/relation.ts';
import { assuming, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { pathArray } from './postgresql-paths.ts';
import { documentJson } from './postgresql-relation.ts';
import { tableOf, tableText } from './postgresql-rows.ts';

/**
 * An equality join by a field of the document itself: the other collection is read once, its values are hashed. One with
 * a pipeline of its own, or by a field further inside, is the domain's.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/
 */
export function lookupSql(
  relation: Relation,
  stage: Extract<Stage, { kind: 'lookup' }>,
): Relation | undefined {
  const { from, localField, foreignField, pipeline } = stage;
  const [local] = localField ?? [];
  const [as] = stage.as;
  if (from === undefined || local === undefined || foreignField === undefined || as === undefined)
    return undefined;
  if ((pipeline ?? []).length > 0 || stage.let.length > 0) return undefined;
  if (localField?.length !== 1 || stage.as.length > 1) return undefined;
  if (![local, as, ...foreignField].every(isStorableText)) return undefined;
  const value = sql`COALESCE(l.doc -> ${local}::text, 'null')`;
  const values = sql`CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} ELSE jsonb_build_array(${value}) END`;
  const foreign = documentJson(openRelation(sql``, 'row', sql``));
  const rows = sql`(WITH l AS MATERIALIZED (${numbered(relation, sql`${documentJson(relation)} AS doc`)}),
    f AS MATERIALIZED (SELECT ${foreign} AS doc, ROW_NUMBER() OVER () AS fn FROM ${foreignTable(from)}),
    k AS (SELECT fn, COALESCE(v, 'null') AS v FROM f, unnest(document_service.reached(f.doc, ${pathArray(foreignField)}, TRUE)) AS u(v)),
    m AS (SELECT DISTINCT l.n, k.fn FROM l CROSS JOIN LATERAL jsonb_array_elements(${values}) AS e(v) JOIN k ON k.v = e.v),
    j AS (SELECT m.n, jsonb_agg(f.doc ORDER BY f.fn) AS found FROM m JOIN f ON f.fn = m.fn GROUP BY m.n)
    SELECT l.doc || jsonb_build_object(${as}::text, COALESCE(j.found, '[]')) AS doc, l.n FROM l LEFT JOIN j ON j.n = l.n) AS r`;
  return { ...openRelation(rows, 'doc', sql`doc, ${place}`), order: place };
}

/** A collection that does not exist has no documents. */
function foreignTable(collection: string): SqlFragment {
  const name = `the table of ${collection}`;
  const refutedBy = sql`SELECT 1 WHERE to_regclass(${tableText(collection)}) IS NULL`;
  const none = sql`(SELECT ''::text AS id, '{}'::jsonb AS data, 1::bigint AS version, now() AS created_at, now() AS updated_at, '{}'::jsonb AS metadata WHERE FALSE) AS none`;
  return assuming({ name, refutedBy }, tableOf(collection), none);
}
