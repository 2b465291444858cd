import { z } from 'zod';
import type { OperationResult } from '../../../application/ports/document-repository.ts';
import { maxBulkOperations } from '../../../application/use-cases/bulk/bulk-insert.ts';
import { executeTransaction } from '../../../application/use-cases/transactions/execute-transaction.ts';
import { successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { transactionOperation } from '../schemas/write-operation.ts';

const execute = defineEndpoint({
  method: 'post',
  path: '/transactions/execute',
  operationId: 'executeTransaction',
  tag: 'Transactions',
  summary: 'Run writes all or nothing',
  description:
    'Runs the operations in order; when one fails, nothing of them is visible. An operation by `id` that matches nothing fails the transaction unless it is `optional`.',
  role: 'writer',
  body: z
    .strictObject({ operations: z.array(transactionOperation).min(1).max(maxBulkOperations) })
    .meta({ id: 'TransactionRequest' }),
  bodyExamples: {
    transfer: {
      operations: [
        { type: 'update', collection: 'accounts', id: 'a', update: { $inc: { balance: -10 } } },
        { type: 'update', collection: 'accounts', id: 'b', update: { $inc: { balance: 10 } } },
      ],
    },
  },
  answer: {
    status: 200,
    description: 'All operations are committed.',
    data: z.object({
      transaction_id: z.string(),
      operations_count: z.int().min(0),
      status: z.literal('committed'),
      results: z.array(
        z.object({
          inserted_count: z.int().min(0),
          matched_count: z.int().min(0),
          modified_count: z.int().min(0),
          deleted_count: z.int().min(0),
          inserted_id: z.string().optional(),
          upserted_id: z.string().optional(),
        }),
      ),
    }),
    example: {
      transaction_id: '5f0c6d0e-7c0b-4e55-9d3a-3f1a8e0c9b11',
      operations_count: 1,
      status: 'committed',
      results: [{ inserted_count: 0, matched_count: 1, modified_count: 1, deleted_count: 0 }],
    },
  },
  errors: ['VALIDATION_ERROR', 'TRANSACTION_FAILED', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const { transactionId, results } = await executeTransaction(await exchange.context(), body.operations);
    return successOf({
      transaction_id: transactionId,
      operations_count: body.operations.length,
      status: 'committed',
      results: results.map(describe),
    });
  },
});

function describe(result: OperationResult) {
  return {
    inserted_count: result.inserted,
    matched_count: result.matched,
    modified_count: result.modified,
    deleted_count: result.deleted,
    inserted_id: result.insertedId,
    upserted_id: result.upsertedId,
  };
}

export const transactionEndpoints: readonly Endpoint[] = [execute];
