import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import type { Document } from '../../../domain/document/document.ts';
import type { InsertOutcome, Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import type { MemoryCollection } from './memory-collection.ts';

/** What is told to the change log. */
export type Recorded = { readonly before: Document | undefined; readonly after: Document | undefined };

/** Where the operations read and write: the database itself, or a transaction's copy of it. */
export interface MemoryState {
  existing(collection: string): MemoryCollection | undefined;
  /** Created when it does not exist; called only for a change. */
  writable(collection: string): MemoryCollection;
  record(change: Recorded): void;
}

/** The document operations over a state; every one runs without giving up the thread, so each is atomic. */
export function memoryOperations(state: MemoryState): DocumentOperations<never> {
  return {
    get: async (collection, ids) => ids.map((id) => state.existing(collection)?.documents.get(id)),
    find: async function* (collection) {
      yield* [...(state.existing(collection)?.documents.values() ?? [])];
    },
    count: async (collection) => state.existing(collection)?.documents.size ?? 0,
    insert: async (collection, documents, _call, { ordered }) =>
      inOrder<Document, InsertOutcome>(documents, ordered, (document) =>
        insertOne(state, collection, document),
      ),
    modify: async (collection, modifications, call, { ordered }) =>
      inOrder<Modification, ModifyOutcome>(modifications, ordered, (modification) =>
        modifyOne(state, collection, modification, call),
      ),
  };
}

function inOrder<T, O extends { readonly status: string }>(
  items: readonly T[],
  ordered: boolean,
  run: (item: T) => O,
): readonly (O | { readonly status: 'skipped' })[] {
  let stopped = false;
  return items.map((item) => {
    if (stopped) return { status: 'skipped' };
    const outcome = run(item);
    stopped = ordered && (outcome.status === 'failed' || outcome.status === 'stale');
    return outcome;
  });
}

function insertOne(state: MemoryState, collection: string, document: Document): InsertOutcome {
  if (state.existing(collection)?.documents.has(document.id)) {
    const message = 'a document with this id exists';
    const details = { collection, key: { _id: document.id } };
    return { status: 'failed', error: new ServiceError('DUPLICATE_KEY', message, details) };
  }
  const error = store(state, document, undefined);
  return error === undefined ? { status: 'inserted' } : { status: 'failed', error };
}

function modifyOne(
  state: MemoryState,
  collection: string,
  modification: Modification,
  call: Call,
): ModifyOutcome {
  const current = state.existing(collection)?.documents.get(modification.id);
  const context = { now: new Date(), budget: new EvaluationBudget(10_000_000, call.deadline) };
  const outcome = applyModification(collection, modification, current, context);
  if (outcome.status === 'removed') {
    state.writable(collection).remove(outcome.before);
    state.record({ before: outcome.before, after: undefined });
  }
  if (outcome.status !== 'modified' && outcome.status !== 'inserted') return outcome;
  const error = store(state, outcome.after, current);
  return error === undefined ? outcome : { status: 'failed', error };
}

function store(state: MemoryState, after: Document, before: Document | undefined): ServiceError | undefined {
  try {
    state.writable(after.collection).put(after, before);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  state.record({ before, after });
  return undefined;
}
