import { randomBytes } from 'node:crypto';
import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { type BulkItem, failureOf, runBulk } from './elasticsearch-bulk.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import type { ElasticsearchNames } from './elasticsearch-names.ts';
import type { ElasticsearchReader } from './elasticsearch-reader.ts';
import { type UniqueEntry, uniqueEntries } from './elasticsearch-unique-entries.ts';
import { toDocument } from './elasticsearch-values.ts';

/** A document that is about to change. */
export interface Changing {
  readonly id: string;
  readonly before: Document | undefined;
  readonly current: Document | undefined;
}

/** Keys that were claimed for documents that are about to be written. */
export interface Claims {
  /** Why a document must not be written, by id. */
  readonly refused: ReadonlyMap<string, ServiceError>;
  /** The documents have to be written until then, milliseconds since the epoch: later the claims may be another's. */
  readonly until: number;
  /** Frees what is not needed any more: of what was written the keys of before, else those just claimed. */
  settle(written: (id: string) => boolean): Promise<void>;
}

/** A key that is claimed, and not of a document that has it, is free so long after its claim. */
const leaseMs = 10_000;
const writeWithinMs = 4_000;
const nothingClaimed: Claims = {
  refused: new Map(),
  until: Number.POSITIVE_INFINITY,
  settle: async () => undefined,
};

interface Wanted extends UniqueEntry {
  readonly owner: string;
}
interface Owned {
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
}
interface KeyDocument {
  readonly _id: string;
  readonly found?: boolean;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source: { readonly owner: string; readonly claim: string; readonly at: number };
}

/**
 * Unique keys where there are no transactions: each key is a document that only one can create, claimed before its
 * owner is written and freed after the owner has gone. What an interrupted process left is found out by looking
 * whether the owner really has the key; see docs/decisions/elasticsearch-layout.md.
 */
export class UniqueKeys {
  readonly #connection: ElasticsearchConnection;
  readonly #names: ElasticsearchNames;
  readonly #reader: ElasticsearchReader;

  constructor(connection: ElasticsearchConnection, names: ElasticsearchNames, reader: ElasticsearchReader) {
    this.#connection = connection;
    this.#names = names;
    this.#reader = reader;
  }

  async claim(
    state: CollectionState,
    changing: readonly Changing[],
    call: Call,
    attempts = Number.POSITIVE_INFINITY,
  ): Promise<Claims> {
    if (!state.indexes.some(({ definition }) => definition.unique)) return nothingClaimed;
    const building = new Set(state.indexes.filter((one) => one.state === 'building').map(({ key }) => key));
    const freed: Wanted[] = [];
    let open: Wanted[] = [];
    for (const { id: owner, before, current } of changing) {
      const had = before === undefined ? [] : uniqueEntries(state, before);
      const has = current === undefined ? [] : uniqueEntries(state, current);
      const had_ids = new Set(had.map(({ id }) => id));
      const has_ids = new Set(has.map(({ id }) => id));
      freed.push(...had.filter(({ id }) => !has_ids.has(id)).map((entry) => ({ ...entry, owner })));
      const claimed = has.filter(({ id, record }) => building.has(record) || !had_ids.has(id));
      open.push(...claimed.map((entry) => ({ ...entry, owner })));
    }
    const claim = randomBytes(9).toString('base64url');
    const owned = new Map<string, Owned & { readonly owner: string }>();
    const refused = new Map<string, ServiceError>();
    let since = Date.now();
    for (let attempt = 0; open.length > 0; attempt += 1) {
      if (attempt > 0) await pause(attempt, call);
      if (attempt === 0) since = Date.now();
      const held = await this.#create(state, open, claim, owned, call);
      open = await this.#contend(state, held, claim, owned, refused, call);
      if (attempt >= attempts) break;
    }
    for (const { owner } of open)
      refused.set(owner, new ServiceError('DATABASE_ERROR', 'a key is contended'));
    return {
      refused,
      until: since + writeWithinMs,
      settle: async (written) => {
        const unneeded = [...owned.values()].filter(({ owner }) => !written(owner));
        await this.#free(unneeded, call);
        await this.#freeOf(
          freed.filter(({ owner }) => written(owner)),
          call,
        );
      },
    };
  }

  /** Creates keys that nobody has; answers those that somebody has. */
  async #create(
    state: CollectionState,
    wanted: readonly Wanted[],
    claim: string,
    owned: Map<string, Owned & { readonly owner: string }>,
    call: Call,
  ): Promise<readonly Wanted[]> {
    const items = wanted.map((one) => keyItem(state, one, claim));
    const outcomes = await runBulk(this.#connection, this.#names.keys, items, {}, call);
    const held: Wanted[] = [];
    for (const [i, one] of wanted.entries()) {
      const outcome = outcomes[i];
      if (outcome?.status === 'done') owned.set(one.id, { ...outcome, id: one.id, owner: one.owner });
      else if (outcome?.status === 'conflict') held.push(one);
      else throw failureOf(outcome);
    }
    return held;
  }

  /** Looks who has the keys: refuses what is really taken, takes over what is not, answers what is undecided. */
  async #contend(
    state: CollectionState,
    held: readonly Wanted[],
    claim: string,
    owned: Map<string, Owned & { readonly owner: string }>,
    refused: Map<string, ServiceError>,
    call: Call,
  ): Promise<Wanted[]> {
    if (held.length === 0) return [];
    const keys = await this.#keys(held, call);
    const owners = [...new Set(keys.flatMap((key) => (key === undefined ? [] : key._source.owner)))];
    const stored = await this.#reader.stored(state.name, owners, call);
    const entriesOf = new Map(
      owners.map((owner, i) => {
        const source = stored[i]?.source;
        const living = source !== undefined && source.removed !== true;
        const entries = living ? uniqueEntries(state, toDocument(state.name, source)) : [];
        return [owner, new Set(entries.map(({ id }) => id))] as const;
      }),
    );
    const open: Wanted[] = [];
    const taking: { readonly one: Wanted; readonly key: KeyDocument }[] = [];
    for (const [i, one] of held.entries()) {
      const key = keys[i];
      const owner = key?._source.owner;
      if (key === undefined || owner === undefined) open.push(one);
      else if (owner === one.owner) taking.push({ one, key });
      else if (entriesOf.get(owner)?.has(one.id) || key._source.claim === claim)
        refused.set(one.owner, duplicateKey(state.name, one));
      else if (Date.now() - key._source.at > leaseMs) taking.push({ one, key });
      else open.push(one);
    }
    open.push(...(await this.#take(state, taking, claim, owned, call)));
    return open.filter(({ owner }) => !refused.has(owner));
  }

  async #take(
    state: CollectionState,
    taking: readonly { readonly one: Wanted; readonly key: KeyDocument }[],
    claim: string,
    owned: Map<string, Owned & { readonly owner: string }>,
    call: Call,
  ): Promise<readonly Wanted[]> {
    if (taking.length === 0) return [];
    const items = taking.map(({ one, key }) => ({
      ...keyItem(state, one, claim),
      kind: 'index' as const,
      expected: { seqNo: key._seq_no, primaryTerm: key._primary_term },
    }));
    const outcomes = await runBulk(this.#connection, this.#names.keys, items, {}, call);
    const lost: Wanted[] = [];
    for (const [i, { one }] of taking.entries()) {
      const outcome = outcomes[i];
      if (outcome?.status === 'done') owned.set(one.id, { ...outcome, id: one.id, owner: one.owner });
      else lost.push(one);
    }
    return lost;
  }

  async #keys(wanted: readonly UniqueEntry[], call: Call): Promise<readonly (KeyDocument | undefined)[]> {
    const body = { ids: wanted.map(({ id }) => id) };
    const path = `/${this.#names.keys}/_mget`;
    const answer = await this.#connection.request<{ readonly docs: readonly KeyDocument[] }>(
      { method: 'POST', path, body, repeatable: true },
      call,
    );
    return answer.docs.map((doc) => (doc.found === true ? doc : undefined));
  }

  /** Frees keys of documents that do not have them any more, unless another has taken them over. */
  async #freeOf(entries: readonly Wanted[], call: Call): Promise<void> {
    if (entries.length === 0) return;
    const keys = await this.#keys(entries, call);
    const own = entries.flatMap(({ owner }, i) => {
      const key = keys[i];
      if (key === undefined || key._source.owner !== owner) return [];
      return [{ id: key._id, seqNo: key._seq_no, primaryTerm: key._primary_term }];
    });
    await this.#free(own, call);
  }

  async #free(keys: readonly Owned[], call: Call): Promise<void> {
    if (keys.length === 0) return;
    const items = keys.map(
      ({ id, seqNo, primaryTerm }): BulkItem => ({ kind: 'delete', id, expected: { seqNo, primaryTerm } }),
    );
    await runBulk(this.#connection, this.#names.keys, items, {}, call);
  }
}

function keyItem(state: CollectionState, { id, record, owner }: Wanted, claim: string): BulkItem {
  const source = { collection: state.concrete, index: record, owner, claim, at: Date.now() };
  return { kind: 'create', id, source: JSON.stringify(source) };
}

function duplicateKey(collection: string, { index, key }: UniqueEntry): ServiceError {
  const message = `the unique index ${index} has this key already`;
  return new ServiceError('DUPLICATE_KEY', message, { collection, index, key });
}
