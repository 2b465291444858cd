import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { removedKind } from '../position-refusal.ts';
import type { Statement, TextRow } from './postgresql-connection.ts';
import { toTime } from './postgresql-rows.ts';

/** Rows of the log after a position, and the transactions that were open when it was read. */
export function readLog(after: string, collection: string | undefined, limit: number): Statement {
  return {
    text: `SELECT seq, collection, id, kind, version,
        CASE WHEN wanted THEN data::text END, CASE WHEN wanted THEN metadata::text END, occurred_at, wanted,
        pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot()),
        (SELECT value FROM document_service.meta WHERE name = 'instance')
      FROM document_service.outbox, LATERAL (SELECT $2::text IS NULL OR collection = $2 AS wanted) AS asked
      WHERE seq > $1 ORDER BY seq LIMIT $3`,
    values: [after, collection ?? null, limit],
    prepared: true,
  };
}

/** The place from which `watch` sees everything that is committed from now on. */
export const logEnd: Statement = {
  text: 'SELECT COALESCE(max(seq), 0) FROM document_service.outbox',
  values: [],
};

export interface LogEntry {
  readonly seq: bigint;
  /** Undefined: of a collection that was not asked for. */
  readonly event: ChangeEvent | undefined;
  /** Whether this stands for changes that are no longer kept. */
  readonly isMark: boolean;
  /** Oldest transaction that was still open, and the next that would begin. */
  readonly oldestOpen: bigint;
  readonly nextTransaction: bigint;
}

export function toLogEntry(row: TextRow): LogEntry {
  const [seq, collection, id, kind, version, data, metadata, at, wanted, oldest, next, instance] = row;
  const event: ChangeEvent = {
    token: seq ?? '0',
    eventId: `${instance}-${seq}`,
    kind: kind === 'created' || kind === 'deleted' ? kind : 'updated',
    collection: collection ?? '',
    id: id ?? '',
    version: Number(version),
    data: parsed(data),
    metadata: parsed(metadata),
    occurredAt: toTime(at),
  };
  return {
    seq: BigInt(seq ?? 0),
    event: wanted === 't' ? event : undefined,
    isMark: kind === removedKind,
    oldestOpen: BigInt(oldest ?? 0),
    nextTransaction: BigInt(next ?? 0),
  };
}

function parsed(text: string | null | undefined): JsonObject | null {
  return text === null || text === undefined ? null : (JSON.parse(text) as JsonObject);
}

/** A position in the change log as a caller gives it back. */
export function parsePosition(token: string): bigint {
  if (!/^\d{1,18}$/.test(token))
    throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
  return BigInt(token);
}

/**
 * Reads the log in the order of its numbers without missing one. Numbers are given before transactions commit, so one
 * that is not there may still come: it is waited for until every transaction that was open when it was first missed
 * is over. Then it belongs to one that was taken back.
 */
export class LogReader {
  #position: bigint;
  #gap: { readonly seq: bigint; readonly until: bigint } | undefined;

  constructor(position: bigint) {
    this.#position = position;
  }

  get position(): string {
    return String(this.#position);
  }

  /** The entries that are next for sure; to be given what was read after `position`. */
  take(entries: readonly LogEntry[]): readonly ChangeEvent[] {
    const events: ChangeEvent[] = [];
    for (const entry of entries) {
      if (entry.seq > this.#position + 1n && !this.#isDead(entry)) break;
      this.#gap = undefined;
      this.#position = entry.seq;
      if (entry.event !== undefined) events.push(entry.event);
    }
    return events;
  }

  #isDead({ oldestOpen, nextTransaction }: LogEntry): boolean {
    const missing = this.#position + 1n;
    if (this.#gap?.seq !== missing) this.#gap = { seq: missing, until: nextTransaction };
    return oldestOpen >= this.#gap.until;
  }
}
