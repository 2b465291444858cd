import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { positionAhead, positionGone, positionRefusal } from '../position-refusal.ts';
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

/**
 * Rejects a position that the log does not go back to, or that it has not reached: what follows it is not known, and a
 * gap that nobody tells of would look like no change at all.
 */
export function checkPosition(connection: SqliteConnection, position: number): void {
  const last = lastSequence(connection);
  const row = connection.prepare('SELECT min(seq) FROM "$outbox"').get() as unknown as [number | null];
  const oldest = row[0] ?? last + 1;
  if (position >= oldest - 1 && position <= last) return;
  const message = position > last ? positionAhead : positionGone;
  throw positionRefusal(message, { oldest: String(oldest - 1), latest: String(last) });
}

/** The next changes without what they hold: their numbers and collections. */
export function readHeads(
  connection: SqliteConnection,
  after: number,
  limit: number,
): readonly (readonly [seq: number, collection: string])[] {
  const text = 'SELECT seq, collection FROM "$outbox" WHERE seq > ? ORDER BY seq LIMIT ?';
  return connection.prepare(text).all(after, limit) as unknown as readonly [number, string][];
}

const columns = `seq, collection, id, kind, version, data, metadata, occurred_at,
  (SELECT value FROM "$meta" WHERE name = 'instance')`;

/** With the characters of its document and metadata. Undefined when it is no longer kept. */
export function readChange(
  connection: SqliteConnection,
  seq: number,
): { readonly change: ChangeEvent; readonly size: number } | undefined {
  const found = connection.prepare(`SELECT ${columns} FROM "$outbox" WHERE seq = ?`).get(seq);
  if (found === undefined) return undefined;
  const row = found as unknown as OutboxRow;
  const [, , , , , data, metadata] = row;
  return { change: toEvent(row), size: (data?.length ?? 0) + (metadata?.length ?? 0) };
}

const batch = 100;
/** Characters of documents after which a batch is full. */
const batchText = 1024 * 1024;

/** The next changes after a number, oldest first, of one collection or of all; `complete`: there are no more. */
export function readChanges(
  connection: SqliteConnection,
  after: number,
  collection: string | undefined,
): { readonly changes: readonly ChangeEvent[]; readonly complete: boolean } {
  const text = `SELECT ${columns} FROM "$outbox" WHERE seq > ?1 AND (?2 IS NULL OR collection = ?2) ORDER BY seq`;
  const changes: ChangeEvent[] = [];
  let size = 0;
  for (const row of connection.prepare(text).iterate(after, collection ?? null)) {
    const [, , , , , data] = row as unknown as OutboxRow;
    changes.push(toEvent(row as unknown as OutboxRow));
    size += data?.length ?? 0;
    if (changes.length >= batch || size > batchText) return { changes, complete: false };
  }
  return { changes, complete: true };
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
