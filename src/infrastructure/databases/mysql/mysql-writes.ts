import type { Call } from '../../../application/ports/call.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { InsertOutcome, Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { type DocumentRow, documentToRow, rowToDocument } from '../sql/document-row.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { changeOf, type DocumentChange } from './mysql-change.ts';
import { errno, hasErrno, isConflict, toServiceError } from './mysql-errors.ts';
import type { StoredIndex } from './mysql-ledger.ts';
import { recordChanges } from './mysql-outbox.ts';
import type { MysqlSession } from './mysql-session.ts';
import { chunks, deleteSql, insertSql, lockSql, updateSql } from './mysql-statements.ts';
import { moveUniqueKeys } from './mysql-unique-keys.ts';

/** How much one modification may compute; the work of a few seconds. */
const modificationSteps = 10_000_000;

/** A collection as writers need it. */
export interface WriteTarget {
  readonly collection: string;
  readonly table: SqlFragment;
  readonly indexes: readonly StoredIndex[];
}

/** All documents in one go; rejects with DUPLICATE_KEY when one of them cannot be. In a transaction. */
export async function insertAll(
  session: MysqlSession,
  target: WriteTarget,
  documents: readonly Document[],
): Promise<void> {
  await write(
    session,
    target,
    documents.map((after) => ({ before: undefined, after })),
  );
}

/** One after the other, each for itself. In a transaction. */
export async function insertEach(
  session: MysqlSession,
  target: WriteTarget,
  documents: readonly Document[],
  ordered: boolean,
): Promise<readonly InsertOutcome[]> {
  const outcomes: InsertOutcome[] = [];
  let stopped = false;
  for (const document of documents) {
    if (stopped) {
      outcomes.push({ status: 'skipped' });
      continue;
    }
    const error = await attempted(session, () => insertAll(session, target, [document]));
    outcomes.push(error === undefined ? { status: 'inserted' } : { status: 'failed', error });
    stopped = ordered && error !== undefined;
  }
  return outcomes;
}

/** Modifications of locked documents, written together; rejects when one of them breaks a key. In a transaction. */
export async function modifyAll(
  session: MysqlSession,
  target: WriteTarget,
  modifications: readonly Modification[],
  ordered: boolean,
  call: Call,
): Promise<readonly ModifyOutcome[]> {
  const current = await lockDocuments(
    session,
    target,
    modifications.map(({ id }) => id),
  );
  const changes: DocumentChange[] = [];
  let stopped = false;
  const outcomes = modifications.map((modification): ModifyOutcome => {
    if (stopped) return { status: 'skipped' };
    const outcome = applied(target, modification, current.get(modification.id), call);
    const change = changeOf(outcome);
    if (change !== undefined) {
      changes.push(change);
      if (change.after === undefined) current.delete(modification.id);
      else current.set(modification.id, change.after);
    }
    stopped = ordered && (outcome.status === 'failed' || outcome.status === 'stale');
    return outcome;
  });
  await write(session, target, changes);
  return outcomes;
}

/** One after the other, each for itself: where writing them together broke a key. In a transaction. */
export async function modifyEach(
  session: MysqlSession,
  target: WriteTarget,
  modifications: readonly Modification[],
  ordered: boolean,
  call: Call,
): Promise<readonly ModifyOutcome[]> {
  const outcomes: ModifyOutcome[] = [];
  let stopped = false;
  for (const modification of modifications) {
    if (stopped) {
      outcomes.push({ status: 'skipped' });
      continue;
    }
    const done: ModifyOutcome[] = [];
    const error = await attempted(session, async () => {
      done.push(...(await modifyAll(session, target, [modification], ordered, call)));
    });
    const outcome: ModifyOutcome =
      error === undefined ? (done[0] ?? { status: 'missing' }) : { status: 'failed', error };
    outcomes.push(outcome);
    stopped = ordered && (outcome.status === 'failed' || outcome.status === 'stale');
  }
  return outcomes;
}

/** What is wrong with this one; whatever concerns the whole transaction is thrown. */
async function attempted(session: MysqlSession, run: () => Promise<void>): Promise<ServiceError | undefined> {
  try {
    await session.savepoint('single', run);
    return undefined;
  } catch (error) {
    const told = toServiceError(error);
    if (told.code !== 'DUPLICATE_KEY' && told.code !== 'VALIDATION_ERROR') throw error;
    return told;
  }
}

/** Whether the documents of a batch have to be written one by one to tell which of them cannot be. */
export function concernsOne(error: unknown): boolean {
  const told = toServiceError(error);
  return !isConflict(told) && (told.code === 'DUPLICATE_KEY' || told.code === 'VALIDATION_ERROR');
}

async function lockDocuments(
  session: MysqlSession,
  { collection, table }: WriteTarget,
  ids: readonly DocumentId[],
): Promise<Map<DocumentId, Document>> {
  const found = new Map<DocumentId, Document>();
  for (const part of chunks([...new Set(ids)].sort()))
    for (const row of await session.rows(lockSql(table, part)))
      found.set(String(row[0]), toDocument(collection, row));
  return found;
}

function applied(
  { collection }: WriteTarget,
  modification: Modification,
  current: Document | undefined,
  call: Call,
): ModifyOutcome {
  const budget = new EvaluationBudget(modificationSteps, call.deadline);
  return applyModification(collection, modification, current, {
    now: new Date(),
    budget,
    keyOrder: 'ignored',
  });
}

/** Several changes of one document count as one, from its first state to its last. */
async function write(
  session: MysqlSession,
  target: WriteTarget,
  changes: readonly DocumentChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const net = netChanges(changes);
  const inserted: DocumentRow[] = [];
  const updated: DocumentRow[] = [];
  const removed: DocumentId[] = [];
  for (const { before, after } of net) {
    if (after === undefined) {
      if (before !== undefined) removed.push(before.id);
    } else (before === undefined ? inserted : updated).push(documentToRow(after));
  }
  for (const part of chunks(removed)) await session.run(deleteSql(target.table, part));
  for (const part of chunks(updated)) await session.run(updateSql(target.table, part));
  for (const part of chunks(inserted)) await insertRows(session, target, part);
  await moveUniqueKeys(session, target.indexes, net);
  await recordChanges(session, target.collection, changes);
}

function netChanges(changes: readonly DocumentChange[]): readonly DocumentChange[] {
  const net = new Map<DocumentId, DocumentChange>();
  for (const change of changes) {
    const id = change.after?.id ?? change.before?.id ?? '';
    const earlier = net.get(id);
    net.set(id, earlier === undefined ? change : { before: earlier.before, after: change.after });
  }
  return [...net.values()];
}

async function insertRows(
  session: MysqlSession,
  { collection, table }: WriteTarget,
  rows: readonly DocumentRow[],
): Promise<void> {
  try {
    await session.run(insertSql(table, rows));
  } catch (error) {
    if (!hasErrno(error, errno.duplicateKey)) throw error;
    const [row] = rows;
    const key = rows.length === 1 && row !== undefined ? { key: { _id: row[0] } } : {};
    throw new ServiceError('DUPLICATE_KEY', 'a document with this id exists', { collection, ...key }, error);
  }
}

/** The columns of every statement on documents are those of `DocumentRow`. */
export function toDocument(collection: string, row: readonly unknown[]): Document {
  const [id, data, version, createdAt, updatedAt, metadata] = row as DocumentRow;
  return rowToDocument(collection, [id, data, Number(version), createdAt, updatedAt, metadata]);
}
