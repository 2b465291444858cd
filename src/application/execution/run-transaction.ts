import type { ModifyOutcome } from '../../domain/document/modification.ts';
import { detailsWithin, ServiceError, unsupportedOperation } from '../../domain/errors.ts';
import { pinnedId } from '../planning/pinned-id.ts';
import type { Call } from '../ports/call.ts';
import type { BatchOperation } from '../ports/database-adapter.ts';
import type { OperationResult, WriteOperation } from '../ports/document-repository.ts';
import { executeOperations, type OperationOutcome } from './execute-operations.ts';
import type { Execution } from './execution.ts';
import { noEffect, operationResult } from './operation-result.ts';
import { pause } from './pause.ts';

/** Runs operations all or nothing, as the database's capability allows; conflicts with others are retried. */
export async function runTransaction<N>(
  execution: Execution<N>,
  operations: readonly WriteOperation[],
  call: Call,
): Promise<readonly OperationResult[]> {
  const { adapter, options } = execution;
  if (adapter.transaction === undefined) return runBatch(execution, operations, call);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await adapter.transaction(call, async (inside) => {
        const outcomes = await executeOperations(
          { ...execution, operations: inside },
          operations,
          true,
          call,
        );
        return outcomes.map((outcome, index) => expectedResult(outcome, operations, index));
      });
    } catch (error) {
      if (!isTransient(error) || attempt >= options.maxRetries) throw error;
      await pause(attempt, call);
    }
  }
}

/** A conflict with another transaction, which the adapter marks as worth another attempt. */
function isTransient(error: unknown): boolean {
  return (
    error instanceof ServiceError && error.code === 'TRANSACTION_FAILED' && error.details.transient === true
  );
}

function expectedResult(
  outcome: OperationOutcome,
  operations: readonly WriteOperation[],
  index: number,
): OperationResult {
  if (outcome.status === 'failed' && isTransient(outcome.error)) throw outcome.error;
  if (outcome.status === 'failed')
    throw failed(index, outcome.error.code, outcome.error.message, outcome.error);
  if (outcome.status === 'skipped') throw failed(index, 'TRANSACTION_FAILED', 'an earlier operation failed');
  const operation = operations[index];
  if (operation?.kind === 'change') checkMatched(operation, outcome.result, index);
  return outcome.result;
}

function checkMatched(
  operation: Extract<WriteOperation, { kind: 'change' }>,
  result: OperationResult,
  index: number,
): void {
  const matched = result.matched + result.deleted + (result.upsertedId === undefined ? 0 : 1);
  const { expectMatched, target, optional } = operation;
  if (expectMatched !== undefined && matched !== expectMatched) {
    const reason = matched === 0 ? 'DOCUMENT_NOT_FOUND' : 'EXPECTATION_FAILED';
    throw failed(index, reason, `matched ${matched} documents, expected ${expectMatched}`);
  }
  const byId = target.kind === 'id' || pinnedId(target.filter) !== undefined;
  if (expectMatched === undefined && byId && !optional && matched === 0) {
    throw failed(index, 'DOCUMENT_NOT_FOUND', 'no document has this id');
  }
}

function failed(index: number, reason: string, message: string, cause?: ServiceError): ServiceError {
  const details = {
    ...detailsWithin(`operations[${index}]`, cause?.details ?? {}),
    failed_operation: index,
    reason,
    reason_message: message,
  };
  return new ServiceError('TRANSACTION_FAILED', `operation ${index} failed: ${message}`, details, cause);
}

/** For databases whose only transaction is an atomic batch of inserts and removals by id. */
async function runBatch<N>(
  execution: Execution<N>,
  operations: readonly WriteOperation[],
  call: Call,
): Promise<readonly OperationResult[]> {
  const { adapter } = execution;
  const batch = operations.map((operation) => batchOperation(operation));
  if (adapter.batch === undefined)
    throw unsupportedOperation(adapter.type, 'transactions', `${adapter.type} has no transactions`);
  const unfit = batch.indexOf(undefined);
  if (unfit >= 0)
    throw new ServiceError(
      'UNSUPPORTED_OPERATION',
      `${adapter.type} has only batches of inserts and deletes by id`,
      {
        database: adapter.type,
        capability: 'transactions',
        failed_operation: unfit,
        path: `operations[${unfit}]`,
      },
    );
  const outcomes = await adapter.batch(
    batch.filter((operation) => operation !== undefined),
    call,
  );
  return outcomes.map((outcome, index) => {
    const operation = operations[index];
    if (operation?.kind === 'insert' && outcome.status === 'inserted') {
      return { ...noEffect, inserted: 1, insertedId: operation.document.id };
    }
    if (outcome.status === 'failed')
      throw failed(index, outcome.error.code, outcome.error.message, outcome.error);
    const result = operationResult(outcome as ModifyOutcome);
    if (operation?.kind === 'change') checkMatched(operation, result, index);
    return result;
  });
}

function batchOperation(operation: WriteOperation): BatchOperation | undefined {
  const { collection } = operation;
  if (operation.kind === 'insert') return { kind: 'insert', collection, document: operation.document };
  const { target, change, expectMatched, optional } = operation;
  if (change.kind !== 'remove' || target.kind !== 'id' || expectMatched === 0) return undefined;
  const mustMatch = expectMatched !== undefined || !optional;
  return { kind: 'remove', collection, id: target.id, expectedVersion: target.expectedVersion, mustMatch };
}
