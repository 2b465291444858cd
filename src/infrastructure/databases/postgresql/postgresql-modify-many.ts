import type { Change } from '../../../domain/document/modification.ts';
import { type MutableObject, setField } from '../../../domain/evaluation/set-field.ts';
import type { Update } from '../../../domain/query/update.ts';
import type { Json } from '../../../domain/value/value.ts';
import { planFieldChanges } from '../sql/plan-field-changes.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { isStorableText, orderKey } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { tableOf } from './postgresql-rows.ts';
import { jsonText } from './postgresql-value-condition.ts';

/**
 * A change of all documents for which a condition holds, with its log, as one statement that answers how many it
 * matched and how many it changed. Removals, and updates that set or unset fields of the document itself to what does not
 * depend on the document; undefined: not in one statement.
 */
export function modifyManySql(
  collection: string,
  where: SqlFragment | undefined,
  change: Change,
): SqlFragment | undefined {
  const condition = where ?? sql`TRUE`;
  const table = tableOf(collection);
  if (change.kind === 'remove') {
    const matched = sql`SELECT id FROM ${table} WHERE ${condition} ORDER BY id FOR UPDATE`;
    const removed = sql`DELETE FROM ${table} WHERE id = ANY(ARRAY(SELECT id FROM matched)) RETURNING id, version`;
    const logged = sql`INSERT INTO document_service.outbox (collection, id, kind, version, occurred_at) SELECT ${collection}::text, id, 'deleted', version, now() FROM changed`;
    return sql`WITH matched AS MATERIALIZED (${matched}), changed AS (${removed}), logged AS (${logged}) SELECT count(*), count(*) FROM changed`;
  }
  const changed = change.kind === 'update' ? changedData(change.update) : undefined;
  if (changed === undefined) return undefined;
  const matched = sql`SELECT id, (${changed}) AS data FROM ${table} WHERE ${condition} ORDER BY id FOR UPDATE`;
  const updated = sql`UPDATE ${table} AS t SET data = m.data, version = t.version + 1, updated_at = date_trunc('milliseconds', clock_timestamp()) FROM matched AS m WHERE t.id = m.id AND t.data <> m.data RETURNING t.id, t.version, t.data, t.metadata, t.updated_at`;
  const logged = sql`INSERT INTO document_service.outbox (collection, id, kind, version, data, metadata, occurred_at) SELECT ${collection}::text, id, 'updated', version, data, metadata, updated_at FROM changed`;
  return sql`WITH matched AS MATERIALIZED (${matched}), changed AS (${updated}), logged AS (${logged}) SELECT (SELECT count(*) FROM matched), (SELECT count(*) FROM changed)`;
}

/** `data` after the update, as an expression of the row. */
function changedData(update: Update): SqlFragment | undefined {
  const changes = planFieldChanges(update);
  if (changes === undefined || changes.inc.length > 0) return undefined;
  const { unset, set } = changes;
  if (!unset.every(isStorableText)) return undefined;
  if (!set.every(([name, value]) => isStorableText(name) && orderKey(value) !== undefined)) return undefined;
  const removed = unset.length === 0 ? sql`data` : sql`(data - ${arrayText(unset)}::text[])`;
  if (set.length === 0) return removed;
  const values: MutableObject = {};
  for (const [name, value] of set) setField(values, name, JSON.parse(jsonText(value)) as Json);
  return sql`(${removed} || ${JSON.stringify(values)}::jsonb)`;
}
