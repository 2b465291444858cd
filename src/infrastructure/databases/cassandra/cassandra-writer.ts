import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { InsertOutcome, Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { EvaluationBudget, type EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { isMissingTable } from './cassandra-errors.ts';
import type { CassandraLedger, CollectionEntry } from './cassandra-ledger.ts';
import { maxAge } from './cassandra-ledger.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import type { Stored } from './cassandra-values.ts';
import type { DocumentWriter } from './document-writer.ts';
import { insertOrdered, removalOf } from './insert-ordered.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { mapLimited } from './map-limited.ts';
import { applyChain } from './modification-chain.ts';

const writesAtOnce = 64;

interface Ordered {
  readonly ordered: boolean;
}

/** Documents that a look ahead has read already; whoever uses one takes it. */
type Known = Map<DocumentId, Stored | undefined>;

/**
 * Inserts and modifies documents. Writers of one document in this process wait for each other, so that conditional writes
 * compete between processes only; those that lose read again and try again until the deadline.
 */
export class CassandraWriter {
  readonly #ledger: CassandraLedger;
  readonly #reader: CassandraReader;
  readonly #writer: DocumentWriter;
  readonly #queue = new KeyedQueue();
  readonly #running = new Set<Promise<unknown>>();

  constructor(ledger: CassandraLedger, reader: CassandraReader, writer: DocumentWriter) {
    this.#ledger = ledger;
    this.#reader = reader;
    this.#writer = writer;
  }

  insert(
    collection: string,
    documents: readonly Document[],
    call: Call,
    { ordered }: Ordered,
  ): Promise<readonly InsertOutcome[]> {
    return this.#tracked(async () => {
      if (documents.length === 0) return [];
      if (!ordered || documents.length === 1)
        return mapLimited(documents, writesAtOnce, (document) => this.#insertOne(collection, document, call));
      const entry = await this.#ledger.ensure(collection, call);
      return insertOrdered(entry, documents, {
        stored: (ids) => this.#reader.stored(entry, ids, call),
        insert: (document) => this.#insertOne(collection, document, call),
        takeBack: async (document) => {
          await this.#modifyAll(collection, [removalOf(document)], new Map(), call);
        },
      });
    });
  }

  modify(
    collection: string,
    modifications: readonly Modification[],
    call: Call,
    { ordered }: Ordered,
  ): Promise<readonly ModifyOutcome[]> {
    return this.#tracked(async () => {
      const makes = modifications.some(({ insert }) => insert !== undefined);
      const entry = makes
        ? await this.#ledger.ensure(collection, call)
        : await this.#ledger.find(collection, maxAge.writing, call);
      if (entry === undefined) return modifications.map(() => ({ status: 'missing' }) as const);
      if (!ordered || modifications.length === 1)
        return this.#modifyAll(collection, modifications, new Map(), call);
      return this.#modifyOrdered(entry, modifications, call);
    });
  }

  /** Waits for the writes that are under way: they may not know of an index that has just been announced. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  async #insertOne(collection: string, document: Document, call: Call): Promise<InsertOutcome> {
    const { id } = document;
    return this.#queue.run(`${collection} ${id}`, async () => {
      for (let attempt = 0; ; attempt += 1) {
        const written = await this.#inEntry(collection, call, (entry) =>
          this.#tryInsert(entry, document, attempt > 0, call),
        );
        if (written !== undefined) return written;
        await this.#beforeRetry(attempt, call);
      }
    });
  }

  /** Undefined: worth another attempt. */
  async #tryInsert(
    entry: CollectionEntry,
    document: Document,
    look: boolean,
    call: Call,
  ): Promise<InsertOutcome | undefined> {
    const { id } = document;
    if (look && (await this.#reader.storedNow(entry, id, call)) !== undefined) return duplicateId(document);
    const steps = [{ kind: 'created', document }] as const;
    try {
      const written = await this.#writer.write(
        entry,
        { id, before: undefined, after: document, steps },
        call,
      );
      return written ? { status: 'inserted' } : undefined;
    } catch (error) {
      if (isOwnFailure(error)) return { status: 'failed', error };
      throw error;
    }
  }

  /** Up to the first that is going to fail they run side by side; that one alone, to see whether it really does. */
  async #modifyOrdered(
    entry: CollectionEntry,
    modifications: readonly Modification[],
    call: Call,
  ): Promise<readonly ModifyOutcome[]> {
    const outcomes: ModifyOutcome[] = [];
    while (outcomes.length < modifications.length) {
      const rest = modifications.slice(outcomes.length);
      const known = await this.#readAll(entry, rest, call);
      const failing = this.#firstFailing(entry, rest, known, call);
      const clear = failing === 0 ? rest.slice(0, 1) : rest.slice(0, failing);
      const done = await this.#modifyAll(entry.name, clear, known, call);
      outcomes.push(...done);
      if (done.some(({ status }) => status === 'failed' || status === 'stale'))
        outcomes.push(...modifications.slice(outcomes.length).map(() => ({ status: 'skipped' }) as const));
    }
    return outcomes;
  }

  async #readAll(entry: CollectionEntry, modifications: readonly Modification[], call: Call): Promise<Known> {
    const ids = [...new Set(modifications.map(({ id }) => id))];
    const stored = await this.#reader.stored(entry, ids, call);
    return new Map(ids.map((id, at) => [id, stored[at]]));
  }

  #firstFailing(
    { name }: CollectionEntry,
    modifications: readonly Modification[],
    known: Known,
    call: Call,
  ): number {
    const documents = new Map([...known].map(([id, stored]) => [id, stored?.document]));
    const context = evaluation(call);
    for (const [at, modification] of modifications.entries()) {
      const { outcomes, after } = applyChain(
        name,
        documents.get(modification.id),
        [modification],
        1,
        context,
      );
      const status = outcomes[0]?.status;
      if (status === 'failed' || status === 'stale') return at;
      documents.set(modification.id, after);
    }
    return modifications.length;
  }

  /** Each id for itself, the modifications of one id one after another. */
  async #modifyAll(
    collection: string,
    modifications: readonly Modification[],
    known: Known,
    call: Call,
  ): Promise<readonly ModifyOutcome[]> {
    const groups = Map.groupBy(modifications.keys(), (at) => modifications[at]?.id ?? '');
    const outcomes: ModifyOutcome[] = new Array(modifications.length);
    await mapLimited([...groups], writesAtOnce, async ([id, places]) => {
      const group = places.flatMap((at) => modifications[at] ?? []);
      const done = await this.#queue.run(`${collection} ${id}`, () =>
        this.#modifyOne(collection, group, known, call),
      );
      for (const [at, place] of places.entries()) outcomes[place] = done[at] ?? { status: 'missing' };
    });
    return outcomes;
  }

  async #modifyOne(
    collection: string,
    modifications: readonly Modification[],
    known: Known,
    call: Call,
  ): Promise<readonly ModifyOutcome[]> {
    const outcomes: ModifyOutcome[] = [];
    for (let attempt = 0; outcomes.length < modifications.length; ) {
      const rest = modifications.slice(outcomes.length);
      const done = await this.#inEntry(collection, call, (entry) =>
        this.#tryModify(entry, rest, known, attempt, call),
      );
      if (done === undefined) {
        await this.#beforeRetry(attempt, call);
        attempt += 1;
      } else outcomes.push(...done);
    }
    return outcomes;
  }

  /** The outcomes of as many as one write can hold; undefined: the document changed meanwhile. */
  async #tryModify(
    entry: CollectionEntry,
    modifications: readonly Modification[],
    known: Known,
    attempt: number,
    call: Call,
  ): Promise<readonly ModifyOutcome[] | undefined> {
    const id = modifications[0]?.id ?? '';
    const before = known.has(id)
      ? known.get(id)
      : attempt === 0
        ? (await this.#reader.stored(entry, [id], call))[0]
        : await this.#reader.storedNow(entry, id, call);
    known.delete(id);
    if (before?.reserved === true) return undefined;
    const most = entry.indexes.some(({ definition }) => definition.unique) ? 1 : modifications.length;
    const { outcomes, after, steps } = applyChain(
      entry.name,
      before?.document,
      modifications,
      most,
      evaluation(call),
    );
    if (steps.length === 0) return outcomes;
    try {
      return (await this.#writer.write(entry, { id, before, after, steps }, call)) ? outcomes : undefined;
    } catch (error) {
      if (isOwnFailure(error) && outcomes.length === 1) return [{ status: 'failed', error }];
      throw error;
    }
  }

  /** Once more with a fresh look at the ledger when the collection's table has gone. */
  async #inEntry<T>(collection: string, call: Call, run: (entry: CollectionEntry) => Promise<T>): Promise<T> {
    try {
      return await run(await this.#ledger.ensure(collection, call));
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      this.#ledger.forget(collection);
      return run(await this.#ledger.ensure(collection, call));
    }
  }

  async #beforeRetry(attempt: number, call: Call): Promise<void> {
    if (Date.now() > call.deadline)
      throw new ServiceError('QUERY_TIMEOUT', 'others kept changing the document until the deadline');
    await pause(Math.min(attempt, 6), call);
  }

  #tracked<T>(run: () => Promise<T>): Promise<T> {
    const running = run();
    this.#running.add(running);
    const forget = (): void => {
      this.#running.delete(running);
    };
    running.then(forget, forget);
    return running;
  }
}

function evaluation(call: Call): EvaluationContext {
  return { now: new Date(), budget: new EvaluationBudget(10_000_000, call.deadline) };
}

/** What concerns one document alone and not the database. */
function isOwnFailure(error: unknown): error is ServiceError {
  return error instanceof ServiceError && ['DUPLICATE_KEY', 'PAYLOAD_TOO_LARGE'].includes(error.code);
}

function duplicateId({ collection, id }: Document): InsertOutcome {
  const details = { collection, key: { _id: id } };
  return {
    status: 'failed',
    error: new ServiceError('DUPLICATE_KEY', 'a document with this id exists', details),
  };
}
