import type { DocumentId } from '../../../domain/document/document.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { OperationResult } from '../../ports/document-repository.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { maxBulkOperations } from './bulk-insert.ts';
import { parseWriteOperation, type WriteInput } from './parse-write-operation.ts';
import { partialFailure } from './partial-failure.ts';

export interface BulkWriteInput {
  readonly operations: readonly WriteInput[];
  readonly ordered: boolean;
}

export interface BulkWriteCounts {
  readonly inserted_count: number;
  readonly matched_count: number;
  readonly modified_count: number;
  readonly deleted_count: number;
  readonly upserted_count: number;
  readonly upserted_ids: readonly DocumentId[];
}

/** Runs many writes, batched into few round trips; one that is malformed refuses all of them. */
export async function bulkWrite(context: UseCaseContext, input: BulkWriteInput): Promise<BulkWriteCounts> {
  if (input.operations.length > maxBulkOperations)
    throw invalidRequest(`at most ${maxBulkOperations} operations`, 'operations');
  const operations = input.operations.map((operation, index) =>
    parseWriteOperation(context, operation, `operations[${index}]`),
  );
  const { results, failures, skipped } = await context.repository.bulkWrite(
    operations,
    input.ordered,
    context.call,
  );
  const counts = countsOf(results.filter((result) => result !== undefined));
  if (failures.length === 0) return counts;
  throw partialFailure('operations', failures, { ...counts }, skipped);
}

function countsOf(results: readonly OperationResult[]): BulkWriteCounts {
  const sum = (count: (result: OperationResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  const upsertedIds = results.flatMap((result) => result.upsertedId ?? []);
  return {
    inserted_count: sum((result) => result.inserted),
    matched_count: sum((result) => result.matched),
    modified_count: sum((result) => result.modified),
    deleted_count: sum((result) => result.deleted),
    upserted_count: upsertedIds.length,
    upserted_ids: upsertedIds,
  };
}
