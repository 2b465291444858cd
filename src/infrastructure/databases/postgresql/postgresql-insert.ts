import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import type { InsertOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { duplicateId, rowFailure } from './postgresql-duplicate-key.ts';
import { hasState, sqlState } from './postgresql-errors.ts';
import { type PostgresqlExecutor, sessionExecutor } from './postgresql-executor.ts';
import { checkStorable } from './postgresql-rows.ts';
import { insertStatement } from './postgresql-write.ts';

/** What one statement takes at most. */
const mostRows = 1_000;

/** Makes a collection that does not exist yet. */
export type CreateCollection = (collection: string, call: Call) => Promise<void>;

/** Inserts documents, one outcome each; a document that fails does not take others with it. */
export async function insertDocuments(
  executor: PostgresqlExecutor,
  create: CreateCollection,
  documents: readonly Document[],
  ordered: boolean,
  call: Call,
): Promise<readonly InsertOutcome[]> {
  const outcomes: InsertOutcome[] = documents.map(storableOutcome);
  const refused = ordered ? outcomes.findIndex(({ status }) => status === 'failed') : -1;
  const wanted = refused < 0 ? documents : documents.slice(0, refused);
  const places = wanted.flatMap((_, i) => (outcomes[i]?.status === 'inserted' ? [i] : []));
  for (let i = 0; i < places.length; i += mostRows) {
    const some = places.slice(i, i + mostRows);
    await insertPlaces({ executor, create, call, ordered, documents, outcomes }, some);
    if (ordered && some.some((place) => outcomes[place]?.status === 'failed')) break;
  }
  return ordered ? skippedAfterFailure(outcomes) : outcomes;
}

function storableOutcome(document: Document): InsertOutcome {
  try {
    checkStorable(document);
    return { status: 'inserted' };
  } catch (error) {
    if (error instanceof ServiceError) return { status: 'failed', error };
    throw error;
  }
}

function skippedAfterFailure(outcomes: readonly InsertOutcome[]): readonly InsertOutcome[] {
  const failed = outcomes.findIndex(({ status }) => status === 'failed');
  if (failed < 0) return outcomes;
  return outcomes.map((outcome, i) => (i > failed ? { status: 'skipped' } : outcome));
}

interface Insertion {
  readonly executor: PostgresqlExecutor;
  readonly create: CreateCollection;
  readonly call: Call;
  readonly ordered: boolean;
  readonly documents: readonly Document[];
  /** Written in place: `inserted` until it turns out otherwise. */
  readonly outcomes: InsertOutcome[];
}

/** One statement; where a row breaks a constraint, halves, until it stands alone. */
async function insertPlaces(insertion: Insertion, places: readonly number[]): Promise<void> {
  const { executor, create, call, ordered, documents, outcomes } = insertion;
  const rows = places.flatMap((place) => documents[place] ?? []);
  const collection = rows[0]?.collection ?? '';
  let free: ReadonlySet<string>;
  try {
    if (ordered && places.length > 1) return await insertOrdered(insertion, places);
    const written = await executor.write(insertStatement(collection, rows), call);
    free = new Set(written.map(([id]) => id ?? ''));
  } catch (error) {
    if (hasState(error, sqlState.missingTable)) {
      await create(collection, call);
      return insertPlaces(insertion, places);
    }
    const failure = await rowFailure(executor, collection, error, call);
    if (failure === undefined) throw error;
    const [only] = places;
    if (places.length === 1 && only !== undefined) outcomes[only] = { status: 'failed', error: failure };
    else for (const half of halves(places)) await insertPlaces(insertion, half);
    return;
  }
  markTaken(insertion, places, free);
}

function halves<T>(items: readonly T[]): readonly (readonly T[])[] {
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}

/** Of several documents with one id the first is the one that was written. */
function markTaken(
  { documents, outcomes }: Insertion,
  places: readonly number[],
  free: ReadonlySet<string>,
): void {
  const used = new Set<string>();
  for (const place of places) {
    const document = documents[place];
    if (document === undefined) continue;
    if (!free.has(document.id) || used.has(document.id))
      outcomes[place] = { status: 'failed', error: duplicateId(document.collection) };
    used.add(document.id);
  }
}

/** All of them, or in a second attempt those before the first that fails. */
async function insertOrdered(insertion: Insertion, places: readonly number[]): Promise<void> {
  const { executor, call } = insertion;
  const failed = (): number => places.findIndex((place) => insertion.outcomes[place]?.status === 'failed');
  try {
    await executor.locked(call, async (session) => {
      const inside = { ...insertion, executor: sessionExecutor(session), ordered: false };
      await insertPlaces(inside, places);
      if (failed() >= 0) throw new OrderedFailure();
    });
  } catch (error) {
    if (!(error instanceof OrderedFailure)) throw error;
    if (executor.inTransaction) return;
    const before = places.slice(0, failed());
    if (before.length > 0) await insertPlaces({ ...insertion, ordered: false }, before);
  }
}

/** Takes a transaction back whose outcome is known. */
class OrderedFailure extends Error {}
