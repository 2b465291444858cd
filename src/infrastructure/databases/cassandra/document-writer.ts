import type { Call } from '../../../application/ports/call.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { backgroundCall } from '../background-call.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import { isUncertain } from './cassandra-errors.ts';
import { tableOf } from './cassandra-layout.ts';
import type { CollectionEntry } from './cassandra-ledger.ts';
import type { CassandraLookups } from './cassandra-lookups.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import type { CassandraUniqueKeys } from './cassandra-unique-keys.ts';
import { documentValues, type Stored } from './cassandra-values.ts';
import type { Announcement, ChangeAnnouncer } from './change-announcer.ts';
import type { ChangeClock } from './change-clock.ts';
import type { ChangeState } from './change-marks.ts';
import type { Step } from './modification-chain.ts';

/** What a document is to become, from what it is. */
export interface Transition {
  readonly id: DocumentId;
  readonly before: Stored | undefined;
  readonly after: Document | undefined;
  /** The changes that lead there, for the change feed. */
  readonly steps: readonly Step[];
}

interface Parts {
  readonly connection: CassandraConnection;
  readonly clock: ChangeClock;
  readonly announcer: ChangeAnnouncer;
  readonly lookups: CassandraLookups;
  readonly uniqueKeys: CassandraUniqueKeys;
  readonly reader: CassandraReader;
}

/**
 * Writes one document by one conditional statement, with everything that belongs to it around: unique keys are claimed,
 * lookups added and the changes announced before it, what it no longer has is removed after it. Whatever moment a crash
 * picks, no document is without its lookups, keys and announcement.
 */
export class DocumentWriter {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** False: the document is another by now (or this write came too late), nothing was changed. */
  async write(entry: CollectionEntry, transition: Transition, call: Call): Promise<boolean> {
    const { id, before, after } = transition;
    const { uniqueKeys, lookups, announcer } = this.#parts;
    const claims = after === undefined ? [] : await uniqueKeys.claimFor(entry, before?.document, after, call);
    const { change, announcements } = this.announcements(transition);
    let state: ChangeState = 'lost';
    try {
      const [inTime, dropped] = await Promise.all([
        announcer.announce(announcements),
        uniqueKeys.droppedBy(entry, before?.document, after, call),
        lookups.add(entry.indexes, before?.document, after, change, call),
      ]);
      if (!inTime || !uniqueKeys.hold(claims)) return false;
      state = 'open';
      state = (await this.#compareAndSet(entry, transition, change, call)) ? 'done' : 'lost';
      if (state === 'lost') return false;
      if (before !== undefined) {
        await lookups.remove(entry.indexes, before.document, after, before.change, call);
        await uniqueKeys.release(dropped, call);
      }
      return true;
    } finally {
      announcer.settle(announcements, state);
      if (state !== 'done' && claims.length > 0) await this.#giveBack(entry, id, claims, call);
    }
  }

  /** Names for the changes of a transition, the last of which the document will be at; they have to be settled. */
  announcements({ before, after, steps }: Transition): {
    readonly change: string;
    readonly announcements: readonly Announcement[];
  } {
    let previous = before?.change;
    const named = steps.map((step) => {
      previous = this.#parts.clock.next(previous);
      return { step, change: previous };
    });
    const change = named.at(-1)?.change ?? this.#parts.clock.next(previous);
    const outcome = after === undefined ? null : change;
    const announcements = named.map(
      ({ step, change: name }): Announcement => ({
        ...step,
        change: name,
        base: before?.change ?? null,
        outcome,
        occurredAt:
          step.kind === 'deleted'
            ? new Date().toISOString()
            : (step.document.updatedAt ?? new Date().toISOString()),
      }),
    );
    this.#parts.announcer.begin(announcements);
    return { change, announcements };
  }

  async #compareAndSet(
    entry: CollectionEntry,
    transition: Transition,
    change: string,
    call: Call,
  ): Promise<boolean> {
    const { connection, reader } = this.#parts;
    const statement = conditionalStatement(tableOf(connection.options, entry.table), transition, change);
    try {
      const [row] = await connection.run(statement, call);
      // An attempt that was answered as refused may have been done all the same, and have been sent again.
      return row?.['[applied]'] === true || row?.change === change;
    } catch (error) {
      if (!isUncertain(error)) throw error;
      // The request's own time may be over, and what became of the write has to be known all the same.
      const now = await reader.storedNow(entry, transition.id, backgroundCall(5000));
      return transition.after === undefined ? now === undefined : now?.change === change;
    }
  }

  /** The keys that were claimed for nothing; another write may have given the document one of them meanwhile. */
  async #giveBack(
    entry: CollectionEntry,
    id: DocumentId,
    claims: Parameters<CassandraUniqueKeys['release']>[0],
    call: Call,
  ): Promise<void> {
    const now = await this.#parts.reader.storedNow(entry, id, call).catch(() => null);
    if (now === null) return;
    await this.#parts.uniqueKeys.release(
      claims.filter((claim) => now === undefined || !this.#parts.uniqueKeys.has(entry, now.document, claim)),
      call,
    );
  }
}

function conditionalStatement(table: string, { id, before, after }: Transition, change: string): Statement {
  if (after === undefined)
    return {
      text: `DELETE FROM ${table} WHERE id = ? IF change = ? AND reserved_by = null`,
      values: [id, before?.change ?? null],
    };
  const values = documentValues(after, change);
  if (before === undefined)
    return {
      text: `INSERT INTO ${table} (id, version, change, data, metadata, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
      values: [id, ...values],
    };
  return {
    text: `UPDATE ${table} SET version = ?, change = ?, data = ?, metadata = ?, created_at = ?, updated_at = ?
      WHERE id = ? IF change = ? AND reserved_by = null`,
    values: [...values, id, before.change],
  };
}
