import type { Call } from '../../../application/ports/call.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { EvaluationBudget, type EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { type PlannedWrites, planWrites } from '../sql/plan-writes.ts';
import type { Rows } from './postgresql-connection.ts';
import { rowFailure } from './postgresql-duplicate-key.ts';
import { hasState, isConflict, sqlState } from './postgresql-errors.ts';
import { type PostgresqlExecutor, sessionExecutor } from './postgresql-executor.ts';
import type { CreateCollection } from './postgresql-insert.ts';
import { checkStorable, toDocument } from './postgresql-rows.ts';
import { readForChange } from './postgresql-statements.ts';
import { writeStatement } from './postgresql-write.ts';

/** Steps of evaluation that one batch may take. */
const budgetSteps = 50_000_000;
/** How often an insertion that lost a race looks again, in one transaction. */
const mostAttempts = 5;
const mostDeadlocks = 4;

interface Batch {
  readonly executor: PostgresqlExecutor;
  readonly create: CreateCollection;
  readonly collection: string;
  readonly call: Call;
  readonly ordered: boolean;
}

/**
 * Changes documents. First without a lock: they are read, changed here, and written back only where the row is still
 * the one that was read, all in two statements. What lost a race, and everything that has an order, is done with the
 * rows locked.
 */
export async function modifyDocuments(
  batch: Batch,
  modifications: readonly Modification[],
): Promise<readonly ModifyOutcome[]> {
  const alone = batch.executor.inTransaction || (batch.ordered && modifications.length > 1);
  const done = alone ? undefined : await withoutLock(batch, modifications);
  const left = modifications.filter((_, i) => done?.[i] === undefined);
  if (left.length === 0) return present(done ?? []);
  const locked = await inOwnTransaction(batch, left, mostDeadlocks);
  const rest = locked[Symbol.iterator]();
  return modifications.map((_, i) => done?.[i] ?? rest.next().value ?? { status: 'missing' });
}

/** Statements that lock several rows may deadlock; outside a transaction of the caller's it is ours to try again. */
async function inOwnTransaction(
  batch: Batch,
  modifications: readonly Modification[],
  attempts: number,
): Promise<readonly ModifyOutcome[]> {
  try {
    return await batch.executor.locked(batch.call, (session) =>
      withLock({ ...batch, executor: sessionExecutor(session) }, modifications),
    );
  } catch (error) {
    if (batch.executor.inTransaction || attempts <= 1 || !isConflict(error)) throw error;
    return inOwnTransaction(batch, modifications, attempts - 1);
  }
}

function present(outcomes: readonly (ModifyOutcome | undefined)[]): readonly ModifyOutcome[] {
  return outcomes.filter((outcome) => outcome !== undefined);
}

/** Undefined where another writer was faster, or (all of them) where one broke a constraint. */
async function withoutLock(
  batch: Batch,
  modifications: readonly Modification[],
): Promise<readonly (ModifyOutcome | undefined)[]> {
  const { executor, collection, call } = batch;
  const { plan, seen } = await readAndPlan(batch, modifications, false);
  if (plan.log.length === 0) return plan.outcomes;
  try {
    const written = idsOf(await executor.write(writeStatement(collection, plan, seen), call));
    const touched = touchedIds(plan);
    return plan.outcomes.map((outcome, i) => {
      const id = modifications[i]?.id ?? '';
      return touched.has(id) && !written.has(id) ? undefined : outcome;
    });
  } catch (error) {
    if (await isRecoverable(batch, error)) return modifications.map(() => undefined);
    throw error;
  }
}

async function isRecoverable(batch: Batch, error: unknown): Promise<boolean> {
  if (hasState(error, sqlState.missingTable)) {
    await batch.create(batch.collection, batch.call);
    return true;
  }
  if (isConflict(error)) return true;
  return (await rowFailure(batch.executor, batch.collection, error, batch.call)) !== undefined;
}

/** Inside a transaction. */
async function withLock(
  batch: Batch,
  modifications: readonly Modification[],
): Promise<readonly ModifyOutcome[]> {
  const { executor, collection, call } = batch;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const { plan, seen } = await readAndPlan(batch, modifications, true);
    if (plan.log.length === 0) return plan.outcomes;
    try {
      const written = idsOf(await executor.write(writeStatement(collection, plan, seen), call));
      if ([...touchedIds(plan)].every((id) => written.has(id))) return plan.outcomes;
      if (modifications.length > 1) return await oneByOne(batch, modifications);
    } catch (error) {
      if (hasState(error, sqlState.missingTable)) {
        await batch.create(collection, call);
        continue;
      }
      const failure = await rowFailure(executor, collection, error, call);
      if (failure === undefined) throw error;
      if (modifications.length === 1) return [{ status: 'failed', error: failure }];
      return oneByOne(batch, modifications);
    }
  }
  throw new ServiceError('TRANSACTION_FAILED', 'too many others write these documents', { transient: true });
}

async function oneByOne(
  batch: Batch,
  modifications: readonly Modification[],
): Promise<readonly ModifyOutcome[]> {
  const outcomes: ModifyOutcome[] = [];
  let stopped = false;
  for (const modification of modifications) {
    const done: readonly ModifyOutcome[] = stopped ? [] : await withLock(batch, [modification]);
    const [outcome] = done;
    outcomes.push(outcome ?? { status: 'skipped' });
    stopped ||= batch.ordered && (outcome?.status === 'failed' || outcome?.status === 'stale');
  }
  return outcomes;
}

interface Planned {
  readonly plan: PlannedWrites;
  /** The transaction that wrote each row last. */
  readonly seen: ReadonlyMap<DocumentId, string>;
}

async function readAndPlan(
  batch: Batch,
  modifications: readonly Modification[],
  lock: boolean,
): Promise<Planned> {
  const { executor, collection, call, ordered } = batch;
  const ids = [...new Set(modifications.map(({ id }) => id))];
  const rows = await executor.read(readForChange(collection, ids, lock), call);
  const read = new Map<DocumentId, Document>();
  const seen = new Map<DocumentId, string>();
  for (const row of rows) {
    const document = toDocument(collection, row);
    read.set(document.id, document);
    seen.set(document.id, row[6] ?? '0');
  }
  const context: EvaluationContext = {
    now: new Date(),
    budget: new EvaluationBudget(budgetSteps, call.deadline),
    keyOrder: 'ignored',
  };
  return { plan: planWrites(collection, modifications, read, ordered, context, checkStorable), seen };
}

function touchedIds({ inserts, updates, removals }: PlannedWrites): ReadonlySet<DocumentId> {
  return new Set([...inserts.map(({ id }) => id), ...updates.map(({ id }) => id), ...removals]);
}

function idsOf(rows: Rows): ReadonlySet<DocumentId> {
  return new Set(rows.map(([id]) => id ?? ''));
}
