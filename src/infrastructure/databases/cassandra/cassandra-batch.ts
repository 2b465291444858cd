import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { BatchOperation } from '../../../application/ports/database-adapter.ts';
import type { Document } from '../../../domain/document/document.ts';
import type { InsertOutcome, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { type CassandraLedger, type CollectionEntry, maxAge } from './cassandra-ledger.ts';
import type { CassandraLookups } from './cassandra-lookups.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import type { CassandraUniqueKeys, Claim } from './cassandra-unique-keys.ts';
import { documentValues, type Stored } from './cassandra-values.ts';
import type { Announcement, ChangeAnnouncer } from './change-announcer.ts';
import type { ChangeClock } from './change-clock.ts';
import type { DocumentWriter, Transition } from './document-writer.ts';
import { mapLimited } from './map-limited.ts';

export type BatchOutcome = InsertOutcome | ModifyOutcome;

interface Parts {
  readonly connection: CassandraConnection;
  readonly ledger: CassandraLedger;
  readonly reader: CassandraReader;
  readonly lookups: CassandraLookups;
  readonly uniqueKeys: CassandraUniqueKeys;
  readonly announcer: ChangeAnnouncer;
  readonly clock: ChangeClock;
  readonly writer: DocumentWriter;
}

/** One document of a batch, reserved for it. */
interface Planned extends Transition {
  readonly entry: CollectionEntry;
  readonly change: string;
  readonly announcements: readonly Announcement[];
  readonly claims: readonly Claim[];
  readonly dropped: readonly Claim[];
}

const reservationSeconds = 30;
/** After so long a batch no longer trusts its reservations. */
const longestReservedMs = 10_000;
const attempts = 6;
const atOnce = 32;

/**
 * Insertions and removals by id in one logged batch. First every document is reserved by a conditional write that expires
 * by itself, so that nothing else changes it; then the batch writes all of them, and Cassandra finishes it whatever
 * happens to us. Readers may see some of it before the rest.
 */
export class CassandraBatch {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One outcome for each operation; when one cannot be, nothing is done. */
  async run(operations: readonly BatchOperation[], call: Call): Promise<readonly BatchOutcome[]> {
    for (let attempt = 0; ; attempt += 1) {
      const outcomes = await this.#attempt(operations, call);
      if (outcomes !== undefined) return outcomes;
      if (attempt >= attempts)
        throw new ServiceError('TRANSACTION_FAILED', 'other writes kept getting in the way', {
          transient: true,
        });
      await pause(attempt + 2, call);
    }
  }

  /** Undefined: another write has one of the documents. */
  async #attempt(
    operations: readonly BatchOperation[],
    call: Call,
  ): Promise<readonly BatchOutcome[] | undefined> {
    const looked = await mapLimited(operations, atOnce, (operation) => this.#look(operation, call));
    const outcomes = outcomesOf(
      operations,
      looked.map(({ stored }) => stored?.document),
    );
    if (outcomes.some(isRefusal)) return outcomes;
    const reservation: Reservation = { name: this.#parts.clock.next(undefined), at: Date.now(), kept: false };
    const planned: Planned[] = [];
    let at = 0;
    try {
      for (const operation of operations) {
        const { entry, stored } = looked[at] ?? {};
        at += 1;
        if (entry === undefined || outcomes[at - 1]?.status === 'missing') continue;
        const one = await this.#plan(entry, operation, stored, call);
        planned.push(one);
        if (!(await this.#reserve(one, reservation.name, call))) return undefined;
      }
      if (!(await this.#prepare(planned, reservation, call))) return undefined;
      await this.#write(planned, reservation, call);
      return outcomes;
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'DUPLICATE_KEY')
        return operations.map((_, place) =>
          place === at - 1 ? { status: 'failed', error } : { status: 'skipped' },
        );
      throw error;
    } finally {
      if (!reservation.kept) await this.#undo(planned, reservation.name, call);
    }
  }

  async #look(
    operation: BatchOperation,
    call: Call,
  ): Promise<{ readonly entry: CollectionEntry | undefined; readonly stored: Stored | undefined }> {
    const { ledger, reader } = this.#parts;
    const { collection } = operation;
    const entry =
      operation.kind === 'insert'
        ? await ledger.ensure(collection, call)
        : await ledger.find(collection, maxAge.writing, call);
    const id = operation.kind === 'insert' ? operation.document.id : operation.id;
    return { entry, stored: entry && (await reader.storedNow(entry, id, call)) };
  }

  async #plan(
    entry: CollectionEntry,
    operation: BatchOperation,
    stored: Stored | undefined,
    call: Call,
  ): Promise<Planned> {
    const { uniqueKeys, writer } = this.#parts;
    const after = operation.kind === 'insert' ? operation.document : undefined;
    const claims = after === undefined ? [] : await uniqueKeys.claimFor(entry, undefined, after, call);
    const dropped = await uniqueKeys.droppedBy(entry, stored?.document, after, call);
    const transition: Transition =
      after !== undefined
        ? { id: after.id, before: undefined, after, steps: [{ kind: 'created', document: after }] }
        : {
            id: stored?.document.id ?? '',
            before: stored,
            after: undefined,
            steps: stored === undefined ? [] : [{ kind: 'deleted', document: stored.document }],
          };
    return { ...transition, ...writer.announcements(transition), entry, claims, dropped };
  }

  async #reserve({ entry, id, before }: Planned, name: string, call: Call): Promise<boolean> {
    const table = tableOf(this.#parts.connection.options, entry.table);
    const condition = before === undefined ? 'version = null' : 'change = ?';
    const text = `UPDATE ${table} USING TTL ${reservationSeconds} SET reserved_by = ? WHERE id = ? IF ${condition} AND reserved_by = null`;
    const values = [name, id, ...(before === undefined ? [] : [before.change])];
    const [row] = await this.#parts.connection.run({ text, values }, call);
    return row?.['[applied]'] === true || row?.reserved_by === name;
  }

  /** Lookups, and the changes' announcement; false when all this took too long to rely on the reservations. */
  async #prepare(planned: readonly Planned[], reservation: Reservation, call: Call): Promise<boolean> {
    const { announcer, lookups, uniqueKeys } = this.#parts;
    const [inTime] = await Promise.all([
      announcer.announce(planned.flatMap(({ announcements }) => announcements)),
      mapLimited(planned, atOnce, ({ entry, before, after, change }) =>
        lookups.add(entry.indexes, before?.document, after, change, call),
      ),
    ]);
    const young = Date.now() - reservation.at < longestReservedMs;
    return inTime && young && planned.every(({ claims }) => uniqueKeys.hold(claims));
  }

  async #write(planned: readonly Planned[], reservation: Reservation, call: Call): Promise<void> {
    const { connection, announcer, lookups, uniqueKeys } = this.#parts;
    const statements = await mapLimited(planned, atOnce, (one) =>
      this.#statement(one, reservation.name, call),
    );
    // From here on the batch may come to be even when we do not hear of it: the reservations stay until they expire.
    reservation.kept = true;
    const announcements = planned.flatMap((one) => one.announcements);
    try {
      if (statements.length > 0) await connection.batch(statements, call, { logged: true });
    } catch (error) {
      announcer.settle(announcements, 'open');
      throw error;
    }
    announcer.settle(announcements, 'done');
    await mapLimited(planned, atOnce, async ({ entry, before, after, dropped }) => {
      if (before === undefined) return;
      await lookups.remove(entry.indexes, before.document, after, before.change, call);
      await uniqueKeys.release(dropped, call);
    });
  }

  /**
   * Stamped just after the reservation: a batch is not conditional, so its own clock could put it before what conditional
   * writes have left, or after those still to come.
   */
  async #statement({ entry, id, after, change }: Planned, name: string, call: Call): Promise<Statement> {
    const table = tableOf(this.#parts.connection.options, entry.table);
    const text = `SELECT reserved_by, WRITETIME(reserved_by) AS stamp FROM ${table} WHERE id = ?`;
    const [row] = await this.#parts.connection.readSerial({ text, values: [id] }, call);
    if (row?.reserved_by !== name) throw reservationGone();
    const stamp = String(BigInt(String(row.stamp)) + 1n);
    if (after === undefined)
      return { text: `DELETE FROM ${table} USING TIMESTAMP ? WHERE id = ?`, values: [stamp, id] };
    return {
      text: `INSERT INTO ${table} (id, version, change, data, metadata, created_at, updated_at, reserved_by)
        VALUES (?, ?, ?, ?, ?, ?, ?, null) USING TIMESTAMP ?`,
      values: [id, ...documentValues(after, change), stamp],
    };
  }

  async #undo(planned: readonly Planned[], name: string, call: Call): Promise<void> {
    const { connection, uniqueKeys, announcer } = this.#parts;
    await mapLimited(planned, atOnce, async ({ entry, id, claims, announcements }) => {
      announcer.settle(announcements, 'lost');
      const table = tableOf(connection.options, entry.table);
      const text = `UPDATE ${table} SET reserved_by = null WHERE id = ? IF reserved_by = ?`;
      await connection.run({ text, values: [id, name] }, call).catch(() => undefined);
      await uniqueKeys.release(claims, call);
    });
  }
}

interface Reservation {
  readonly name: string;
  readonly at: number;
  /** Whether the reservations must not be given back. */
  kept: boolean;
}

function outcomesOf(
  operations: readonly BatchOperation[],
  documents: readonly (Document | undefined)[],
): readonly BatchOutcome[] {
  const seen = new Set<string>();
  return operations.map((operation, at): BatchOutcome => {
    const document = documents[at];
    const id = operation.kind === 'insert' ? operation.document.id : operation.id;
    const place = `${operation.collection} ${id}`;
    if (seen.has(place)) return { status: 'failed', error: twice() };
    seen.add(place);
    if (operation.kind === 'insert')
      return document === undefined
        ? { status: 'inserted' }
        : { status: 'failed', error: idExists(operation.document) };
    if (document === undefined)
      return operation.mustMatch ? { status: 'failed', error: notFound(id) } : { status: 'missing' };
    if (operation.expectedVersion !== undefined && operation.expectedVersion !== document.version)
      return { status: 'failed', error: stale(document, operation.expectedVersion) };
    return { status: 'removed', before: document };
  });
}

function isRefusal({ status }: BatchOutcome): boolean {
  return status === 'failed';
}

function idExists({ collection, id }: Document): ServiceError {
  const details = { collection, key: { _id: id } };
  return new ServiceError('DUPLICATE_KEY', 'a document with this id exists', details);
}

function notFound(id: string): ServiceError {
  return new ServiceError('DOCUMENT_NOT_FOUND', 'no document has this id', { id });
}

function stale({ id, version }: Document, expected: number): ServiceError {
  const details = { id, expected_version: expected, current_version: version };
  return new ServiceError('OPTIMISTIC_LOCK_ERROR', 'the document has another version by now', details);
}

function twice(): ServiceError {
  const details = { database: 'cassandra', capability: 'transactions' };
  return new ServiceError('UNSUPPORTED_OPERATION', 'a batch can touch a document only once', details);
}

function reservationGone(): ServiceError {
  return new ServiceError('TRANSACTION_FAILED', 'the transaction took too long', { transient: true });
}
