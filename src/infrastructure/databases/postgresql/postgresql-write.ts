import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { PlannedWrites } from '../sql/plan-writes.ts';
import type { Statement } from './postgresql-connection.ts';
import { tableText, toColumns } from './postgresql-rows.ts';

const logColumns = '(collection, id, kind, version, data, metadata, occurred_at)';
const rowTypes = ['text', 'jsonb', 'bigint', 'timestamptz', 'timestamptz', 'jsonb'];

/** `unnest` of as many arrays as there are types, from the n-th parameter on. */
function rowsFrom(n: number, types: readonly string[], names: string): string {
  return `unnest(${types.map((type, i) => `$${n + i}::${type}[]`).join(', ')}) AS r(${names})`;
}

/** New documents and their log in one statement; it answers the ids of those whose id was free. */
export function insertStatement(collection: string, documents: readonly Document[]): Statement {
  const text = `WITH written AS (
      INSERT INTO ${tableText(collection)} (id, data, version, created_at, updated_at, metadata)
      SELECT * FROM ${rowsFrom(2, rowTypes, 'id, data, version, created_at, updated_at, metadata')}
      ON CONFLICT (id) DO NOTHING RETURNING id, data, version, updated_at, metadata),
    logged AS (INSERT INTO document_service.outbox ${logColumns}
      SELECT $1, id, 'created', version, data, metadata, updated_at FROM written)
    SELECT id FROM written`;
  return { text, values: [collection, ...toColumns(documents)], prepared: true };
}

/**
 * All writes of a batch and their log in one statement, each only while its row is still the one that was read. It
 * answers the ids of those that were written.
 */
export function writeStatement(
  collection: string,
  plan: PlannedWrites,
  seen: ReadonlyMap<DocumentId, string>,
): Statement {
  const values: (string | readonly (string | number | null)[])[] = [collection];
  const parts: string[] = [];
  const sources: string[] = [];
  const table = tableText(collection);
  const from = (
    types: readonly string[],
    names: string,
    columns: readonly (readonly (string | number | null)[])[],
  ): string => {
    values.push(...columns);
    return rowsFrom(values.length - columns.length + 1, types, names);
  };
  if (plan.updates.length > 0) {
    const rows = from([...rowTypes, 'xid'], 'id, data, version, created_at, updated_at, metadata, seen', [
      ...toColumns(plan.updates),
      plan.updates.map(({ id }) => seen.get(id) ?? '0'),
    ]);
    parts.push(`updated AS (UPDATE ${table} AS t SET data = r.data, version = r.version, updated_at = r.updated_at,
      metadata = r.metadata FROM ${rows} WHERE t.id = r.id AND t.xmin = r.seen RETURNING t.id)`);
    sources.push('updated');
  }
  if (plan.removals.length > 0) {
    const rows = from(['text', 'xid'], 'id, seen', [
      plan.removals,
      plan.removals.map((id) => seen.get(id) ?? '0'),
    ]);
    parts.push(`removed AS (DELETE FROM ${table} AS t USING ${rows} WHERE t.id = r.id AND t.xmin = r.seen
      RETURNING t.id)`);
    sources.push('removed');
  }
  if (plan.inserts.length > 0) {
    const rows = from(
      rowTypes,
      'id, data, version, created_at, updated_at, metadata',
      toColumns(plan.inserts),
    );
    parts.push(`inserted AS (INSERT INTO ${table} (id, data, version, created_at, updated_at, metadata)
      SELECT * FROM ${rows} ON CONFLICT (id) DO NOTHING RETURNING id)`);
    sources.push('inserted');
  }
  const log = from(
    ['text', 'text', 'bigint', 'jsonb', 'jsonb', 'timestamptz'],
    'id, kind, version, data, metadata, at',
    logOf(plan),
  );
  parts.push(`written AS (${sources.map((source) => `SELECT id FROM ${source}`).join(' UNION ALL ')})`);
  parts.push(`logged AS (INSERT INTO document_service.outbox ${logColumns}
    SELECT $1, r.id, r.kind, r.version, r.data, r.metadata, r.at FROM ${log.replace('AS r(', 'WITH ORDINALITY AS r(').replace(', at)', ', at, n)')}
    JOIN written USING (id) ORDER BY r.n)`);
  return { text: `WITH ${parts.join(', ')} SELECT id FROM written`, values, prepared: true };
}

/** Columns of the log. A removal has no document; its time is now. */
function logOf({ log }: PlannedWrites): readonly (readonly (string | number | null)[])[] {
  const now = new Date().toISOString();
  return [
    log.map(({ id }) => id),
    log.map(({ kind }) => kind),
    log.map(({ version }) => version),
    log.map(({ document }) => document?.data.text ?? null),
    log.map(({ document }) => (document === null ? null : JSON.stringify(document.metadata))),
    log.map(({ document }) => document?.updatedAt ?? now),
  ];
}
