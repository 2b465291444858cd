import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { InsertOutcome, Modification } from '../../../domain/document/modification.ts';
import type { CollectionEntry } from './cassandra-ledger.ts';
import type { Stored } from './cassandra-values.ts';
import { mapLimited } from './map-limited.ts';

const writesAtOnce = 64;
const window = 512;

export interface OrderedSteps {
  stored(ids: readonly DocumentId[]): Promise<readonly (Stored | undefined)[]>;
  insert(document: Document): Promise<InsertOutcome>;
  takeBack(document: Document): Promise<void>;
}

/**
 * Inserts documents side by side up to the first whose id is taken, and stops there. When another writer makes an earlier
 * one fail at the same moment, what was written behind it is taken back. Under a unique index they go one by one, for
 * any of them may have the key of an earlier one.
 */
export async function insertOrdered(
  entry: CollectionEntry,
  documents: readonly Document[],
  steps: OrderedSteps,
): Promise<readonly InsertOutcome[]> {
  const outcomes: InsertOutcome[] = [];
  const unique = entry.indexes.some(({ definition }) => definition.unique);
  while (outcomes.length < documents.length) {
    const next = documents.slice(outcomes.length, outcomes.length + (unique ? 1 : window));
    const clear = unique ? 1 : await firstTaken(next, steps);
    const free = next.slice(0, Math.max(clear, 1));
    const done = await mapLimited(free, writesAtOnce, (document) => steps.insert(document));
    const failed = done.findIndex(({ status }) => status === 'failed');
    outcomes.push(...(failed < 0 ? done : done.slice(0, failed + 1)));
    if (failed < 0) continue;
    const later = free.filter((_, at) => at > failed && done[at]?.status === 'inserted');
    await mapLimited(later, writesAtOnce, (document) => steps.takeBack(document));
    outcomes.push(...documents.slice(outcomes.length).map(() => ({ status: 'skipped' }) as const));
  }
  return outcomes;
}

/** Removes a document if it is still as it was inserted. */
export function removalOf({ id, version }: Document): Modification {
  return { id, change: { kind: 'remove' }, expectedVersion: version, where: undefined, insert: undefined };
}

/** The place of the first document whose id exists already, in the database or before it in the list. */
async function firstTaken(documents: readonly Document[], { stored }: OrderedSteps): Promise<number> {
  const existing = await stored(documents.map(({ id }) => id));
  const seen = new Set<DocumentId>();
  const taken = documents.findIndex(({ id }, at) => {
    if (existing[at] !== undefined || seen.has(id)) return true;
    seen.add(id);
    return false;
  });
  return taken < 0 ? documents.length : taken;
}
