import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import type { InsertOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { withDeadline } from '../with-deadline.ts';
import { type BulkItem, failureOf } from './elasticsearch-bulk.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import { orderKeys } from './elasticsearch-order.ts';
import type { Leftover } from './elasticsearch-relay.ts';
import { type Claims, isLate, mostClaims } from './elasticsearch-unique-keys.ts';
import { changeOf, newBirth, type StoredChange, sourceText, toldBy } from './elasticsearch-values.ts';
import { writeItems } from './elasticsearch-writer.ts';

/** Beyond the deadline nothing is asked any more. */
const mostAttempts = 2000;

/** A document on its way in, and what a removed one left under its id. */
interface Arrival {
  readonly document: Document;
  readonly place: number;
  readonly birth: string;
  over: Over | undefined;
}

interface Over {
  readonly seqNo: number;
  readonly primaryTerm: number;
  /** What it told and the change log may not have yet. */
  readonly unlogged: readonly StoredChange[];
}

/** Inserts documents; see `DocumentOperations.insert`. */
export async function insertDocuments(
  database: ElasticsearchDatabase,
  collection: string,
  documents: readonly Document[],
  call: Call,
  ordered: boolean,
): Promise<readonly InsertOutcome[]> {
  await database.relay.room();
  const known = await database.ledger.state(collection, call);
  const outcomes: (InsertOutcome | undefined)[] = documents.map(() => undefined);
  let open = arrivals(documents, outcomes, (id) => known && database.relay.leftover(known.concrete, id));
  if (ordered && documents.length > 1)
    open = await beforeFirstTaken(database, collection, open, outcomes, call);
  for (let attempt = 0; open.length > 0; attempt += 1) {
    if (attempt > 0) await pause(attempt, call);
    if (attempt > mostAttempts)
      throw new ServiceError('DATABASE_ERROR', 'too many writers change these documents at once');
    open = await insertRound(database, collection, open, outcomes, call, ordered);
  }
  return settled(outcomes, ordered);
}

/** The first of several documents with one id is let in. */
function arrivals(
  documents: readonly Document[],
  outcomes: (InsertOutcome | undefined)[],
  leftover: (id: string) => Leftover | undefined,
): Arrival[] {
  const seen = new Set<string>();
  return documents.flatMap((document, place) => {
    if (seen.has(document.id)) {
      outcomes[place] = taken(document);
      return [];
    }
    seen.add(document.id);
    const left = leftover(document.id);
    const over = left && { ...left.tombstone, unlogged: left.changes };
    return [{ document, place, birth: newBirth(), over }];
  });
}

/** An ordered insertion ends before the first document whose id is taken, so it looks before it writes. */
async function beforeFirstTaken(
  database: ElasticsearchDatabase,
  collection: string,
  open: readonly Arrival[],
  outcomes: (InsertOutcome | undefined)[],
  call: Call,
): Promise<Arrival[]> {
  const ids = open.map(({ document }) => document.id);
  const stored = await database.reader.stored(collection, ids, call, ['id', 'removed']);
  for (const [i, { document, place }] of open.entries()) {
    const one = stored[i];
    if (one !== undefined && one.source.removed !== true) outcomes[place] = taken(document);
  }
  return beforeFailure(open, outcomes, true);
}

/** Writes what is open, or a part of it; what is left is to be tried again. */
async function insertRound(
  database: ElasticsearchDatabase,
  collection: string,
  open: readonly Arrival[],
  outcomes: (InsertOutcome | undefined)[],
  call: Call,
  ordered: boolean,
): Promise<Arrival[]> {
  const state =
    (await database.ledger.state(collection, call)) ?? (await database.ledger.ensure(collection, call));
  const part = state.indexes.some(({ definition }) => definition.unique) ? open.slice(0, mostClaims) : open;
  const changing = part.map(({ document }) => ({ id: document.id, before: undefined, current: document }));
  const claims = await database.uniqueKeys.claim(state, changing, call);
  for (const { document, place } of part) {
    const error = claims.refused.get(document.id);
    if (error !== undefined) outcomes[place] = { status: 'failed', error };
  }
  const allowed = isLate(claims) ? [] : decided(beforeFailure(part, outcomes, ordered), claims, ordered);
  await writeArrivals(database, state, allowed, claims, outcomes, call);
  const written = new Set(
    part.filter(({ place }) => outcomes[place]?.status === 'inserted').map(({ document }) => document.id),
  );
  await claims.settle((id) => written.has(id));
  return beforeFailure(open, outcomes, ordered);
}

/** Those whose keys are decided; in order none after one that has to wait. */
function decided(open: readonly Arrival[], { contended }: Claims, ordered: boolean): readonly Arrival[] {
  const waits = open.findIndex(({ document }) => contended.has(document.id));
  const inOrder = ordered && waits !== -1 ? open.slice(0, waits) : open;
  return inOrder.filter(({ document }) => !contended.has(document.id));
}

async function writeArrivals(
  database: ElasticsearchDatabase,
  state: CollectionState,
  arrivals: readonly Arrival[],
  claims: Claims,
  outcomes: (InsertOutcome | undefined)[],
  call: Call,
): Promise<void> {
  if (arrivals.length === 0) return;
  const items = arrivals.map((arrival) => insertionItem(state, arrival));
  const written = await writeItems(database, state, items, withDeadline(call, claims.until));
  const conflicts: Arrival[] = [];
  for (const [i, arrival] of arrivals.entries()) {
    const { document, place, birth } = arrival;
    const outcome = written[i];
    if (outcome?.status === 'done') {
      outcomes[place] = { status: 'inserted' };
      database.relay.forgetLeftover(state.concrete, document.id);
      database.relay.add([changeOf(document, birth)]);
    } else if (outcome?.status === 'conflict') conflicts.push(arrival);
    else if (outcome?.status !== 'no-index')
      outcomes[place] = { status: 'failed', error: failureOf(outcome) };
  }
  await lookUnder(database, state.name, conflicts, outcomes, call);
}

function insertionItem(state: CollectionState, arrival: Arrival): BulkItem {
  const { document, birth, over } = arrival;
  const source = sourceText(document, {
    birth,
    earlier: over?.unlogged ?? [],
    order: orderKeys(state, document),
  });
  return { kind: over === undefined ? 'create' : 'index', id: document.id, source, expected: over };
}

/** What may still be written: of an ordered insertion only what stands before the first failure. */
function beforeFailure(
  open: readonly Arrival[],
  outcomes: readonly (InsertOutcome | undefined)[],
  ordered: boolean,
): Arrival[] {
  const first = outcomes.findIndex((outcome) => outcome?.status === 'failed');
  const end = ordered && first !== -1 ? first : Number.POSITIVE_INFINITY;
  return open.filter(({ place }) => outcomes[place] === undefined && place < end);
}

/** Of the ids that are there, those of removed documents may be used again once the change log knows the removal. */
async function lookUnder(
  database: ElasticsearchDatabase,
  collection: string,
  conflicts: readonly Arrival[],
  outcomes: (InsertOutcome | undefined)[],
  call: Call,
): Promise<void> {
  if (conflicts.length === 0) return;
  const ids = conflicts.map(({ document }) => document.id);
  const stored = await database.reader.stored(collection, ids, call);
  for (const [i, arrival] of conflicts.entries()) {
    const one = stored[i];
    if (one !== undefined && one.source.removed !== true) {
      outcomes[arrival.place] = taken(arrival.document);
      continue;
    }
    if (one !== undefined) await database.relay.ensure(toldBy(collection, one.source), call);
    arrival.over = one && { seqNo: one.seqNo, primaryTerm: one.primaryTerm, unlogged: [] };
  }
}

/** Everything after an ordered insertion's first failure is skipped, unless it had been written before that was known. */
function settled(
  outcomes: readonly (InsertOutcome | undefined)[],
  ordered: boolean,
): readonly InsertOutcome[] {
  let stopped = false;
  return outcomes.map((outcome) => {
    if (stopped && outcome?.status !== 'inserted') return { status: 'skipped' };
    if (ordered && outcome?.status === 'failed') stopped = true;
    return outcome ?? { status: 'skipped' };
  });
}

function taken({ collection, id }: Document): InsertOutcome {
  const error = new ServiceError('DUPLICATE_KEY', 'a document with this id exists', {
    collection,
    key: { _id: id },
  });
  return { status: 'failed', error };
}
