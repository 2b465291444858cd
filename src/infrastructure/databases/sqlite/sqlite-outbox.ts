import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { JobResults, WriteJob } from './sqlite-protocol.ts';

/** Rows of the outbox that one job removes at most. */
const pruneBatch = 2_000;

/** Removes the oldest changes, in small steps: those beyond the number to keep, and those before a moment. */
export function pruneOutbox(
  connection: SqliteConnection,
  { keep, before }: Extract<WriteJob, { kind: 'prune' }>,
): JobResults['prune'] {
  const remove = `DELETE FROM "$outbox" WHERE seq IN (
    SELECT seq FROM "$outbox" WHERE seq <= (SELECT max(seq) FROM "$outbox") - ? OR occurred_at < ?
    ORDER BY seq LIMIT ?)`;
  return { removed: Number(connection.prepare(remove).run(keep, before, pruneBatch).changes) };
}

/** The number of the last change; 0 when there is none yet. */
export function lastSequence(connection: SqliteConnection): number {
  const row = connection.prepare(`SELECT seq FROM sqlite_sequence WHERE name = '$outbox'`).get();
  return row === undefined ? 0 : Number((row as unknown as [number])[0]);
}

/** Up to `limit` changes after a number, oldest first, of one collection or of all. */
export function readChanges(
  connection: SqliteConnection,
  after: number,
  collection: string | undefined,
  limit: number,
): readonly ChangeEvent[] {
  const text = `SELECT seq, collection, id, kind, version, data, metadata, occurred_at,
    (SELECT value FROM "$meta" WHERE name = 'instance')
    FROM "$outbox" WHERE seq > ?1 AND (?2 IS NULL OR collection = ?2) ORDER BY seq LIMIT ?3`;
  return connection
    .prepare(text)
    .all(after, collection ?? null, limit)
    .map((row) => toEvent(row as unknown as OutboxRow));
}

type OutboxRow = readonly [
  seq: number,
  collection: string,
  id: string,
  kind: ChangeEvent['kind'],
  version: number,
  data: string | null,
  metadata: string | null,
  occurredAt: string,
  instance: string,
];

function toEvent(row: OutboxRow): ChangeEvent {
  const [seq, collection, id, kind, version, data, metadata, occurredAt, instance] = row;
  return {
    token: String(seq),
    eventId: `${instance}-${seq}`,
    kind,
    collection,
    id,
    version,
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
