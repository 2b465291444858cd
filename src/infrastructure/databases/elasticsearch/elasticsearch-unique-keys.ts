import { randomBytes } from 'node:crypto';
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
  /** Documents with a key of which it is not decided yet whose it is: to be tried again a little later. */
  readonly contended: ReadonlySet<string>;
  /** The documents have to be written until then, milliseconds since the epoch: later the claims may be another's. */
  readonly until: number;
  /** Frees what is not needed any more: of what was written the keys of before, else those just claimed. */
  settle(written: (id: string) => boolean): Promise<void>;
}

/** A key that is claimed, and not of a document that has it, is free so long after its claim. */
const leaseMs = 15_000;
const writeWithinMs = 4_000;
/** So many documents at most are claimed for and written at once, which takes less than that. */
export const mostClaims = 200;

/** Too late to write for these claims: they have to be made again. */
export function isLate({ until }: Claims): boolean {
  return Date.now() > until - 1000;
}

const nothingClaimed: Claims = {
  refused: new Map(),
  contended: new Set(),
  until: Number.POSITIVE_INFINITY,
  settle: async () => undefined,
};

interface Wanted extends UniqueEntry {
  readonly owner: string;
}
interface Owned {
  readonly id: string;
  readonly owner: string;
  /** Another writer of the same document claimed it too and may need it: it is left for whoever wants it later. */
  readonly isShared: boolean;
  readonly seqNo: number;
  readonly primaryTerm: number;
}
/** One round of claims. */
interface Attempt {
  readonly state: CollectionState;
  readonly claim: string;
  readonly owned: Owned[];
  readonly refused: Map<string, ServiceError>;
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

  async claim(state: CollectionState, changing: readonly Changing[], call: Call): Promise<Claims> {
    if (!state.indexes.some(({ definition }) => definition.unique)) return nothingClaimed;
    const { wanted, unwanted } = compareEntries(state, changing);
    // Freed later only as they are now: whoever claims one of them meanwhile keeps it.
    const freed = await this.#ownedBefore(unwanted, call);
    const attempt: Attempt = {
      state,
      claim: randomBytes(9).toString('base64url'),
      owned: [],
      refused: new Map(),
    };
    const since = Date.now();
    const held = await this.#create(attempt, wanted, call);
    const undecided = await this.#contend(attempt, held, call);
    return {
      refused: attempt.refused,
      contended: new Set(undecided.map(({ owner }) => owner)),
      until: since + writeWithinMs,
      settle: async (written) => {
        const unneeded = attempt.owned.filter(({ owner, isShared }) => !isShared && !written(owner));
        await this.#free([...unneeded, ...freed.filter(({ owner }) => written(owner))], call);
      },
    };
  }

  /** Creates keys that nobody has; answers those that somebody has. */
  async #create(attempt: Attempt, wanted: readonly Wanted[], call: Call): Promise<readonly Wanted[]> {
    const items = wanted.map((one) => keyItem(attempt, one));
    const outcomes = await runBulk(this.#connection, this.#names.keys, items, {}, call);
    const held: Wanted[] = [];
    for (const [i, one] of wanted.entries()) {
      const outcome = outcomes[i];
      if (outcome?.status === 'done')
        attempt.owned.push({ ...outcome, id: one.id, owner: one.owner, isShared: false });
      else if (outcome?.status === 'conflict') held.push(one);
      else throw failureOf(outcome);
    }
    return held;
  }

  /** Looks who has the keys: refuses what is really taken, takes over what is not, answers what is undecided. */
  async #contend(attempt: Attempt, held: readonly Wanted[], call: Call): Promise<readonly Wanted[]> {
    const { state, claim, refused } = attempt;
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
    open.push(...(await this.#take(attempt, taking, call)));
    return open.filter(({ owner }) => !refused.has(owner));
  }

  async #take(
    attempt: Attempt,
    taking: readonly { readonly one: Wanted; readonly key: KeyDocument }[],
    call: Call,
  ): Promise<readonly Wanted[]> {
    if (taking.length === 0) return [];
    const items = taking.map(({ one, key }) => ({
      ...keyItem(attempt, one),
      kind: 'index' as const,
      expected: { seqNo: key._seq_no, primaryTerm: key._primary_term },
    }));
    const outcomes = await runBulk(this.#connection, this.#names.keys, items, {}, call);
    const lost: Wanted[] = [];
    for (const [i, { one, key }] of taking.entries()) {
      const outcome = outcomes[i];
      const isShared = key._source.owner === one.owner;
      if (outcome?.status === 'done')
        attempt.owned.push({ ...outcome, id: one.id, owner: one.owner, isShared });
      else lost.push(one);
    }
    return lost;
  }

  async #keys(wanted: readonly UniqueEntry[], call: Call): Promise<readonly (KeyDocument | undefined)[]> {
    if (wanted.length === 0) return [];
    const body = { ids: wanted.map(({ id }) => id) };
    const path = `/${this.#names.keys}/_mget`;
    const answer = await this.#connection.request<{ readonly docs: readonly KeyDocument[] }>(
      { method: 'POST', path, body, repeatable: true },
      call,
    );
    return answer.docs.map((doc) => (doc.found === true ? doc : undefined));
  }

  async #ownedBefore(entries: readonly Wanted[], call: Call): Promise<readonly Owned[]> {
    const keys = await this.#keys(entries, call);
    return entries.flatMap(({ owner }, i) => {
      const key = keys[i];
      if (key === undefined || key._source.owner !== owner) return [];
      return [{ id: key._id, owner, isShared: false, seqNo: key._seq_no, primaryTerm: key._primary_term }];
    });
  }

  async #free(keys: readonly Owned[], call: Call): Promise<void> {
    if (keys.length === 0) return;
    const items = keys.map(
      ({ id, seqNo, primaryTerm }): BulkItem => ({ kind: 'delete', id, expected: { seqNo, primaryTerm } }),
    );
    await runBulk(this.#connection, this.#names.keys, items, {}, call);
  }
}

/** The keys that documents come to have, and those that they lose. */
function compareEntries(
  state: CollectionState,
  changing: readonly Changing[],
): { readonly wanted: readonly Wanted[]; readonly unwanted: readonly Wanted[] } {
  const building = new Set(state.indexes.filter((one) => one.state === 'building').map(({ key }) => key));
  const entries = changing.map(({ id: owner, before, current }) => {
    const of = (document: Document | undefined): readonly Wanted[] =>
      document === undefined ? [] : uniqueEntries(state, document).map((entry) => ({ ...entry, owner }));
    const [had, has] = [of(before), of(current)];
    const hadIds = new Set(had.map(({ id }) => id));
    const hasIds = new Set(has.map(({ id }) => id));
    return {
      wanted: has.filter(({ id, record }) => building.has(record) || !hadIds.has(id)),
      unwanted: had.filter(({ id }) => !hasIds.has(id)),
    };
  });
  return {
    wanted: entries.flatMap(({ wanted }) => wanted),
    unwanted: entries.flatMap(({ unwanted }) => unwanted),
  };
}

function keyItem({ state, claim }: Attempt, { id, record, owner }: Wanted): BulkItem {
  const source = { collection: state.concrete, index: record, owner, claim, at: Date.now() };
  return { kind: 'create', id, source: JSON.stringify(source) };
}

function duplicateKey(collection: string, { index, key }: UniqueEntry): ServiceError {
  const message = `the unique index ${index} has this key already`;
  return new ServiceError('DUPLICATE_KEY', message, { collection, index, key });
}
