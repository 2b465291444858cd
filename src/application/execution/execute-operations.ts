import type {
  Change,
  InsertOutcome,
  Modification,
  ModifyOutcome,
} from '../../domain/document/modification.ts';
import { ServiceError } from '../../domain/errors.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Call } from '../ports/call.ts';
import type { OperationResult, WriteOperation } from '../ports/document-repository.ts';
import type { Execution } from './execution.ts';
import { modifyMany } from './modify-many.ts';
import { noEffect, operationResult } from './operation-result.ts';
import { upsertDocument } from './upsert-document.ts';

export type OperationOutcome =
  | { readonly status: 'done'; readonly result: OperationResult }
  | { readonly status: 'failed'; readonly error: ServiceError }
  | { readonly status: 'skipped' };

type InsertOperation = Extract<WriteOperation, { kind: 'insert' }>;
type ChangeOperation = Extract<WriteOperation, { kind: 'change' }>;

/**
 * Runs operations in order, neighbours of one kind and collection as one batch. `ordered` stops at the first failure,
 * the rest is `skipped`; else every operation stands alone. One outcome per operation.
 */
export async function executeOperations<N>(
  execution: Execution<N>,
  operations: readonly WriteOperation[],
  ordered: boolean,
  call: Call,
): Promise<readonly OperationOutcome[]> {
  const outcomes: OperationOutcome[] = [];
  for (const batch of batches(operations)) {
    if (ordered && outcomes.some((outcome) => outcome.status !== 'done')) {
      outcomes.push(...batch.map(() => ({ status: 'skipped' }) as const));
      continue;
    }
    outcomes.push(...(await executeBatch(execution, batch, ordered, call)));
  }
  return outcomes;
}

/** Runs of neighbours that one call of the adapter can carry. */
function batches(operations: readonly WriteOperation[]): readonly (readonly WriteOperation[])[] {
  const runs: WriteOperation[][] = [];
  for (const operation of operations) {
    const run = runs.at(-1);
    const key = batchKey(operation);
    if (run?.[0] !== undefined && key !== undefined && batchKey(run[0]) === key) run.push(operation);
    else runs.push([operation]);
  }
  return runs;
}

function batchKey(operation: WriteOperation): string | undefined {
  if (operation.kind === 'change' && operation.target.kind === 'filter') return undefined;
  return `${operation.kind} ${operation.collection}`;
}

async function executeBatch<N>(
  execution: Execution<N>,
  batch: readonly WriteOperation[],
  ordered: boolean,
  call: Call,
): Promise<readonly OperationOutcome[]> {
  const [first] = batch;
  if (first === undefined) return [];
  try {
    if (first.kind === 'insert') return await insertBatch(execution, batch.filter(isInsert), ordered, call);
    if (first.target.kind === 'filter') return [await changeByFilter(execution, first, call)];
    return await changeBatch(execution, batch.filter(isChange), ordered, call);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return batch.map((_, index) =>
      index > 0 && ordered ? { status: 'skipped' } : { status: 'failed', error },
    );
  }
}

async function insertBatch<N>(
  execution: Execution<N>,
  batch: readonly InsertOperation[],
  ordered: boolean,
  call: Call,
): Promise<readonly OperationOutcome[]> {
  const documents = batch.map((operation) => operation.document);
  const collection = documents[0]?.collection ?? '';
  const outcomes = await execution.operations.insert(collection, documents, call, { ordered });
  return outcomes.map((outcome, index) => insertOutcome(outcome, documents[index]?.id));
}

function insertOutcome(outcome: InsertOutcome, insertedId: string | undefined): OperationOutcome {
  if (outcome.status !== 'inserted') return outcome;
  return { status: 'done', result: { ...noEffect, inserted: 1, insertedId } };
}

async function changeBatch<N>(
  execution: Execution<N>,
  batch: readonly ChangeOperation[],
  ordered: boolean,
  call: Call,
): Promise<readonly OperationOutcome[]> {
  const modifications = batch.flatMap(modificationById);
  const outcomes = await execution.operations.modify(batch[0]?.collection ?? '', modifications, call, {
    ordered,
  });
  return outcomes.map((outcome, index) => changeOutcome(outcome, modifications[index]));
}

function modificationById(operation: ChangeOperation): readonly Modification[] {
  const { target, change, upsert } = operation;
  if (target.kind !== 'id') return [];
  const insert = upsert ? { seed: {} } : undefined;
  return [{ id: target.id, change, expectedVersion: target.expectedVersion, where: undefined, insert }];
}

function changeOutcome(outcome: ModifyOutcome, modification: Modification | undefined): OperationOutcome {
  if (outcome.status === 'skipped' || outcome.status === 'failed') return outcome;
  if (outcome.status !== 'stale') return { status: 'done', result: operationResult(outcome) };
  const details = {
    id: modification?.id ?? '',
    expected_version: modification?.expectedVersion ?? null,
    current_version: outcome.currentVersion,
  };
  const error = new ServiceError('OPTIMISTIC_LOCK_ERROR', 'the document has another version by now', details);
  return { status: 'failed', error };
}

async function changeByFilter<N>(
  execution: Execution<N>,
  operation: ChangeOperation,
  call: Call,
): Promise<OperationOutcome> {
  const { collection, target, change, upsert } = operation;
  if (target.kind !== 'filter') return { status: 'done', result: noEffect };
  if (upsert && !target.many) return upsertByFilter(execution, collection, target.filter, change, call);
  const done = await modifyMany(
    execution,
    collection,
    target.filter,
    change,
    target.many ? undefined : 1,
    call,
  );
  if (upsert && done.matched === 0) return upsertByFilter(execution, collection, target.filter, change, call);
  const removes = change.kind === 'remove';
  const counts = removes ? { deleted: done.modified } : { matched: done.matched, modified: done.modified };
  return { status: 'done', result: { ...noEffect, ...counts } };
}

async function upsertByFilter<N>(
  execution: Execution<N>,
  collection: string,
  filter: Filter,
  change: Change,
  call: Call,
): Promise<OperationOutcome> {
  const done = await upsertDocument(execution, collection, filter, change, call);
  const created = done.operation === 'created';
  const counts = created ? { upsertedId: done.id } : { matched: 1, modified: done.modified ? 1 : 0 };
  return { status: 'done', result: { ...noEffect, ...counts } };
}

function isInsert(operation: WriteOperation): operation is InsertOperation {
  return operation.kind === 'insert';
}

function isChange(operation: WriteOperation): operation is ChangeOperation {
  return operation.kind === 'change';
}
