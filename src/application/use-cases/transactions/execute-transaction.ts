import { randomUUID } from 'node:crypto';
import { invalidRequest } from '../../../domain/errors.ts';
import type { OperationResult } from '../../ports/document-repository.ts';
import { maxBulkOperations } from '../bulk/bulk-insert.ts';
import { parseWriteOperation, type WriteInput } from '../bulk/parse-write-operation.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface CommittedTransaction {
  readonly transactionId: string;
  readonly results: readonly OperationResult[];
}

/** Runs all operations or none; rejects with TRANSACTION_FAILED (`failed_operation`, `reason`) and leaves no trace. */
export async function executeTransaction(
  context: UseCaseContext,
  inputs: readonly WriteInput[],
): Promise<CommittedTransaction> {
  if (inputs.length > maxBulkOperations)
    throw invalidRequest(`at most ${maxBulkOperations} operations`, 'operations');
  const operations = inputs.map((operation, index) =>
    parseWriteOperation(context, operation, `operations[${index}]`),
  );
  const results = await context.repository.transaction(operations, context.call);
  return { transactionId: randomUUID(), results };
}
