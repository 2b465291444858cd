import { setTimeout as delay } from 'node:timers/promises';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { type ErrorCode, ServiceError } from '../../../domain/errors.ts';
import { commandOptions, run } from './mongodb-call.ts';
import { type ChangePlan, planChange } from './mongodb-change-plan.ts';
import { fromStored, storedVersion, toStored } from './mongodb-documents.ts';
import { allOf, renderFilter } from './mongodb-filter.ts';
import { idCondition } from './mongodb-ids.ts';
import { meetsCondition, predictAfter, predictInserted, predictRefusal } from './mongodb-predict.ts';
import { findStored, type ModifyTarget, removeStored, updateStored } from './mongodb-statements.ts';
import type { BsonDocument } from './mongodb-values.ts';

const maxAttempts = 30;
/** What one modification can do wrong; anything else rejects the whole call. */
const ownFailures: ReadonlySet<ErrorCode> = new Set([
  'INVALID_REQUEST',
  'VALIDATION_ERROR',
  'DUPLICATE_KEY',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_OPERATION',
  'QUERY_TOO_EXPENSIVE',
]);

/**
 * One atomic change. First blindly: one statement whose filter holds every condition, that of changing something
 * included. When it finds nothing, or cannot say that, the document is read and the change is bound to the version
 * read; another writer in between makes it start again.
 */
export async function modifyOne(target: ModifyTarget, modification: Modification): Promise<ModifyOutcome> {
  try {
    return await modified(target, modification);
  } catch (error) {
    if (error instanceof ServiceError && ownFailures.has(error.code)) return { status: 'failed', error };
    throw error;
  }
}

async function modified(target: ModifyTarget, modification: Modification): Promise<ModifyOutcome> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    // An upsert mostly finds no document: it looks first.
    const looksFirst = attempt === 1 && modification.insert !== undefined;
    const outcome = looksFirst ? undefined : await blindly(target, modification);
    if (outcome !== undefined) return outcome;
    const bound = await attemptBound(target, modification);
    if (bound !== undefined) return bound;
    await delay(Math.random() * Math.min(2 ** attempt, 100), undefined, { signal: target.call.signal });
  }
  throw new ServiceError('DATABASE_ERROR', 'too many writers change this document at once', {
    id: modification.id,
  });
}

interface Native {
  /** Undefined: MongoDB's query language has no form for the condition; the service tests the document that it read. */
  readonly where: BsonDocument | undefined;
  /** Undefined: a removal. */
  readonly plan: ChangePlan | undefined;
}

function nativeOf({ where, change }: Modification): Native {
  return {
    where: where === undefined ? {} : renderFilter(where),
    plan: change.kind === 'remove' ? undefined : planChange(change),
  };
}

async function blindly(target: ModifyTarget, modification: Modification): Promise<ModifyOutcome | undefined> {
  const { where, plan } = nativeOf(modification);
  if (where === undefined) return undefined;
  const now = new Date();
  const { id, expectedVersion } = modification;
  if (plan === undefined) {
    const lock = expectedVersion === undefined ? {} : { _version: expectedVersion };
    const stored = await removeStored(target, allOf([{ _id: idCondition(id) }, where, lock]));
    return stored && { status: 'removed', before: read(target, stored) };
  }
  if (plan.changes === 'unknown') return undefined;
  const update = plan.update({ kind: 'next' }, now);
  if (update === undefined) return undefined;
  const version = { _version: expectedVersion ?? { $gte: 1 } };
  const changes = plan.changes === 'always' ? {} : plan.changes;
  const filter = allOf([{ _id: idCondition(id) }, version, where, changes]);
  const stored = await updateStored(target, filter, update, plan, 'before');
  if (stored === undefined) return undefined;
  const before = read(target, stored);
  const after = predictAfter(modification, before, now, target.call);
  return { status: 'modified', before, after: after ?? (await readBack(target, before)) };
}

/** What the change made of it, where the service cannot tell exactly: one more read. */
async function readBack(target: ModifyTarget, before: Document): Promise<Document> {
  const stored = await findStored(target, { _id: idCondition(before.id) });
  return stored === undefined ? { ...before, version: before.version + 1 } : read(target, stored);
}

/** Undefined: another writer was faster. */
async function attemptBound(
  target: ModifyTarget,
  modification: Modification,
): Promise<ModifyOutcome | undefined> {
  const { where, plan } = nativeOf(modification);
  const current = await findStored(target, { _id: idCondition(modification.id) });
  if (current === undefined) return insertSeed(target, modification);
  const before = read(target, current);
  const { expectedVersion } = modification;
  if (expectedVersion !== undefined && expectedVersion !== before.version)
    return { status: 'stale', currentVersion: before.version };
  const filter = allOf([stateOf(current), where ?? {}]);
  if (where === undefined && !meetsCondition(modification, before, target.call)) return { status: 'missing' };
  if (
    where !== undefined &&
    modification.where !== undefined &&
    (await findStored(target, filter)) === undefined
  )
    return (await findStored(target, stateOf(current))) === undefined ? undefined : { status: 'missing' };
  if (plan === undefined) {
    const removed = await removeStored(target, filter);
    return removed && { status: 'removed', before: read(target, removed) };
  }
  return writeBound(target, modification, { current, before, filter, plan });
}

interface Bound {
  readonly current: BsonDocument;
  readonly before: Document;
  readonly filter: BsonDocument;
  readonly plan: ChangePlan;
}

async function writeBound(
  target: ModifyTarget,
  modification: Modification,
  { current, before, filter, plan }: Bound,
): Promise<ModifyOutcome | undefined> {
  const now = new Date();
  const refusal =
    plan.changes === 'unknown' ? predictRefusal(modification, before, now, target.call) : undefined;
  if (refusal !== undefined) return refusal;
  const changes = typeof plan.changes === 'string' ? {} : plan.changes;
  const update = plan.update({ kind: 'bound', current, version: before.version }, now);
  const stored = update && (await updateStored(target, allOf([filter, changes]), update, plan, 'after'));
  if (stored !== undefined) return { status: 'modified', before, after: read(target, stored) };
  if (plan.changes === 'always' || plan.changes === 'unknown') return undefined;
  const same = await findStored(target, stateOf(current));
  return same && { status: 'unchanged', document: before };
}

/** The very state that was read. A document without `_version` is bound by that lack alone, until its first change. */
function stateOf(current: BsonDocument): BsonDocument {
  const version = storedVersion(current);
  return { _id: current._id, _version: version ?? { $not: { $gte: 1 } } };
}

/** Undefined: another writer inserted it meanwhile. */
async function insertSeed(
  target: ModifyTarget,
  modification: Modification,
): Promise<ModifyOutcome | undefined> {
  const { collection, session, call } = target;
  const outcome = predictInserted(collection.collectionName, modification, call);
  if (outcome.status !== 'inserted') return outcome;
  try {
    const options = commandOptions(call, session);
    await run(call, collection.collectionName, () => collection.insertOne(toStored(outcome.after), options));
    return outcome;
  } catch (error) {
    if (session === undefined && (await isTaken(target, modification.id, error))) return undefined;
    throw error;
  }
}

/** Whether a document with that id is there by now. Not every product says which index it was. */
async function isTaken(target: ModifyTarget, id: DocumentId, error: unknown): Promise<boolean> {
  if (!(error instanceof ServiceError) || error.code !== 'DUPLICATE_KEY') return false;
  const { index } = error.details;
  if (index !== undefined) return index === '_id_';
  return (await findStored(target, { _id: idCondition(id) })) !== undefined;
}

function read(target: ModifyTarget, stored: BsonDocument): Document {
  return fromStored(target.collection.collectionName, stored);
}
