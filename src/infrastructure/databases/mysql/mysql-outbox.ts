import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { DocumentChange } from './mysql-change.ts';
import type { MysqlSession } from './mysql-session.ts';
import { chunks, rowList } from './mysql-statements.ts';
import { ledgerTables } from './mysql-tables.ts';

/** Writes changes down in the transaction that makes them. */
export async function recordChanges(
  session: MysqlSession,
  collection: string,
  changes: readonly DocumentChange[],
): Promise<void> {
  const now = new Date().toISOString();
  for (const part of chunks(changes)) {
    const rows = part.map((change) => outboxRow(collection, change, now));
    await session.run(
      sql`INSERT INTO ${ledgerTables.outbox} (collection, id, kind, version, data, metadata, occurred_at) VALUES ${rowList(rows)}`,
    );
  }
}

function outboxRow(
  collection: string,
  { before, after }: DocumentChange,
  now: string,
): readonly (string | number | null)[] {
  if (after === undefined)
    return [collection, before?.id ?? '', 'deleted', before?.version ?? 0, null, null, now];
  const kind = before === undefined ? 'created' : 'updated';
  return [
    collection,
    after.id,
    kind,
    after.version,
    after.data.text,
    JSON.stringify(after.metadata),
    after.updatedAt ?? now,
  ];
}

/** A row of the outbox as `changesSql` selects it. */
export type OutboxRow = readonly [
  seq: string | number,
  collection: string,
  id: string,
  kind: ChangeEvent['kind'],
  version: string | number,
  data: string | null,
  metadata: string | null,
  occurredAt: string,
];

/** The changes after a number, oldest first, of all collections, so that gaps between them can be told. */
export function changesSql(after: number, limit: SqlFragment): SqlFragment {
  return sql`SELECT seq, collection, id, kind, version, data, metadata, occurred_at FROM ${ledgerTables.outbox} WHERE seq > ${after} ORDER BY seq LIMIT ${limit}`;
}

export function toEvent(row: OutboxRow): ChangeEvent {
  const [seq, collection, id, kind, version, data, metadata, occurredAt] = row;
  return {
    token: String(seq),
    eventId: `${collection}-${seq}`,
    kind,
    collection,
    id,
    version: Number(version),
    data: data === null ? null : (JSON.parse(data) as JsonObject),
    metadata: metadata === null ? null : (JSON.parse(metadata) as JsonObject),
    occurredAt,
  };
}

/** A position in the change log as a caller gives it back. */
export function parseSequence(token: string): number {
  if (!/^\d{1,15}$/.test(token))
    throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
  return Number(token);
}
