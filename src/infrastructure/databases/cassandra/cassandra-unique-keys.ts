import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import type { CollectionEntry, StoredIndex } from './cassandra-ledger.ts';
import { type ChangeClock, microsecondsOf } from './change-clock.ts';
import { mapLimited } from './map-limited.ts';
import { uniqueEntries } from './unique-entries.ts';

/** A key that a document owns, or is about to. */
export interface Claim {
  readonly indexId: string;
  readonly key: string;
  /** The name of the claim: whoever takes the key, or takes it again, gives it a new one. */
  readonly claim: string;
}

/** Reads a document as it is after all conditional writes under way. */
export type ReadNow = (entry: CollectionEntry, id: DocumentId, call: Call) => Promise<Document | undefined>;

/** For so long a claim without a document may be a write under way; a writer gives up its own after half of it. */
const leaseMs = 6000;
const pageSize = 1000;
const removedAtOnce = 32;

/**
 * Who owns which key of a unique index. A key is claimed by a conditional write before the document is written, so that of
 * many one gets it; a claim whose owner does not have the key (its writer died) is taken over once its lease is over.
 */
export class CassandraUniqueKeys {
  readonly #connection: CassandraConnection;
  readonly #clock: ChangeClock;
  readonly #readNow: ReadNow;
  readonly #table: string;

  constructor(connection: CassandraConnection, clock: ChangeClock, readNow: ReadNow) {
    this.#connection = connection;
    this.#clock = clock;
    this.#readNow = readNow;
    this.#table = tableOf(connection.options, 'unique_keys');
  }

  /** Claims what `after` needs beyond `before`. Rejects with DUPLICATE_KEY, and then holds nothing. */
  async claimFor(
    entry: CollectionEntry,
    before: Document | undefined,
    after: Document,
    call: Call,
  ): Promise<readonly Claim[]> {
    const claims: Claim[] = [];
    try {
      for (const { index, key, values } of entriesOnlyIn(entry.indexes, after, before))
        claims.push(await this.#claim(entry, index, key, values, after.id, call));
      return claims;
    } catch (error) {
      await this.release(claims, call);
      throw error;
    }
  }

  /** Whether a document has the key of a claim. */
  has(entry: CollectionEntry, document: Document, { indexId, key }: Claim): boolean {
    const index = entry.indexes.find(({ id }) => id === indexId);
    return index !== undefined && uniqueEntries(index.definition, flatView(document)).has(key);
  }

  /** Whether the claims are young enough for the document to be written under them. */
  hold(claims: readonly Claim[]): boolean {
    return claims.every(({ claim }) => Date.now() - microsecondsOf(claim) / 1000 < leaseMs / 2);
  }

  /** The claims that the change from `before` to `after` will leave behind; read before it, given to `release` after it. */
  async droppedBy(
    entry: CollectionEntry,
    before: Document | undefined,
    after: Document | undefined,
    call: Call,
  ): Promise<readonly Claim[]> {
    if (before === undefined) return [];
    const dropped = entriesOnlyIn(entry.indexes, before, after);
    const owned = await Promise.all(
      dropped.map(async ({ index, key }) => {
        const row = await this.#owner(index.id, key, call);
        return row?.id === before.id ? [{ indexId: index.id, key, claim: row.claim }] : [];
      }),
    );
    return owned.flat();
  }

  async release(claims: readonly Claim[], call: Call): Promise<void> {
    const text = `DELETE FROM ${this.#table} WHERE index_id = ? AND key = ? IF claim = ?`;
    await Promise.all(
      claims.map(({ indexId, key, claim }) =>
        this.#connection.run({ text, values: [indexId, key, claim] }, call).catch(() => undefined),
      ),
    );
  }

  /** Removes every key of indexes that are gone; reads all keys there are, for each is a partition. */
  async clear(indexIds: ReadonlySet<string>, call: Call): Promise<void> {
    const everything = { text: `SELECT index_id, key FROM ${this.#table}`, values: [] };
    const text = `DELETE FROM ${this.#table} WHERE index_id = ? AND key = ?`;
    let next: string | undefined;
    do {
      const page = await this.#connection.page(everything, pageSize, next, call);
      const gone = page.rows.filter((row) => indexIds.has(String(row.index_id)));
      await mapLimited(gone, removedAtOnce, (row) =>
        this.#connection.run({ text, values: [row.index_id, row.key] }, call, { idempotent: true }),
      );
      next = page.next;
    } while (next !== undefined);
  }

  async #claim(
    entry: CollectionEntry,
    index: StoredIndex,
    key: string,
    values: Readonly<Record<string, Json>>,
    id: DocumentId,
    call: Call,
  ): Promise<Claim> {
    for (let attempt = 0; ; attempt += 1) {
      const claim = this.#clock.next(undefined);
      const owner = await this.#insert(index.id, key, id, claim, call);
      if (owner === undefined) return { indexId: index.id, key, claim };
      if (owner.id === id || (await this.#isAbandoned(entry, index, key, owner, call))) {
        if (await this.#takeOver(index.id, key, id, claim, owner.claim, call))
          return { indexId: index.id, key, claim };
      } else if (await this.#isOwned(entry, index, key, owner, call)) throw duplicate(entry, index, values);
      await pause(attempt + 1, call);
      if (Date.now() > call.deadline)
        throw new ServiceError('QUERY_TIMEOUT', 'another write held the unique key for too long');
    }
  }

  async #isOwned(
    entry: CollectionEntry,
    index: StoredIndex,
    key: string,
    owner: Owner,
    call: Call,
  ): Promise<boolean> {
    const document = await this.#readNow(entry, owner.id, call);
    return document !== undefined && uniqueEntries(index.definition, flatView(document)).has(key);
  }

  async #isAbandoned(
    entry: CollectionEntry,
    index: StoredIndex,
    key: string,
    owner: Owner,
    call: Call,
  ): Promise<boolean> {
    if (Date.now() - microsecondsOf(owner.claim) / 1000 < leaseMs) return false;
    return !(await this.#isOwned(entry, index, key, owner, call));
  }

  async #insert(
    indexId: string,
    key: string,
    id: DocumentId,
    claim: string,
    call: Call,
  ): Promise<Owner | undefined> {
    const text = `INSERT INTO ${this.#table} (index_id, key, id, claim) VALUES (?, ?, ?, ?) IF NOT EXISTS`;
    const [row] = await this.#connection.run({ text, values: [indexId, key, id, claim] }, call);
    if (row === undefined || row['[applied]'] === true) return undefined;
    return { id: String(row.id), claim: String(row.claim) };
  }

  async #takeOver(
    indexId: string,
    key: string,
    id: DocumentId,
    claim: string,
    from: string,
    call: Call,
  ): Promise<boolean> {
    const text = `UPDATE ${this.#table} SET id = ?, claim = ? WHERE index_id = ? AND key = ? IF claim = ?`;
    const [row] = await this.#connection.run({ text, values: [id, claim, indexId, key, from] }, call);
    return row?.['[applied]'] === true;
  }

  async #owner(indexId: string, key: string, call: Call): Promise<Owner | undefined> {
    const text = `SELECT id, claim FROM ${this.#table} WHERE index_id = ? AND key = ?`;
    const [row] = await this.#connection.readSerial({ text, values: [indexId, key] }, call);
    return row === undefined ? undefined : { id: String(row.id), claim: String(row.claim) };
  }
}

interface Owner {
  readonly id: DocumentId;
  readonly claim: string;
}

interface Entry {
  readonly index: StoredIndex;
  readonly key: string;
  readonly values: Readonly<Record<string, Json>>;
}

function entriesOnlyIn(
  indexes: readonly StoredIndex[],
  document: Document,
  other: Document | undefined,
): readonly Entry[] {
  const unique = indexes.filter(({ definition }) => definition.unique);
  if (unique.length === 0) return [];
  const view = flatView(document);
  const otherView = other && flatView(other);
  return unique.flatMap((index) => {
    const kept = otherView && uniqueEntries(index.definition, otherView);
    return [...uniqueEntries(index.definition, view)]
      .filter(([key]) => kept?.has(key) !== true)
      .map(([key, values]) => ({ index, key, values }));
  });
}

function duplicate(
  entry: CollectionEntry,
  { definition }: StoredIndex,
  key: Readonly<Record<string, Json>>,
): ServiceError {
  return new ServiceError('DUPLICATE_KEY', `the unique index ${definition.name} has this key already`, {
    collection: entry.name,
    index: definition.name,
    key,
  });
}
