import type { Call } from '../ports/call.ts';
import type { BulkResult, WriteOperation } from '../ports/document-repository.ts';
import { executeOperations } from './execute-operations.ts';
import type { Execution } from './execution.ts';

/** Runs the operations of `bulk/write` and says of each what became of it. */
export async function bulkWrite<N>(
  execution: Execution<N>,
  operations: readonly WriteOperation[],
  ordered: boolean,
  call: Call,
): Promise<BulkResult> {
  const outcomes = await executeOperations(execution, operations, ordered, call);
  return {
    results: outcomes.map((outcome) => (outcome.status === 'done' ? outcome.result : undefined)),
    failures: outcomes.flatMap((outcome, index) =>
      outcome.status === 'failed'
        ? [
            {
              index,
              code: outcome.error.code,
              message: outcome.error.message,
              details: outcome.error.details,
            },
          ]
        : [],
    ),
    skipped: outcomes.filter((outcome) => outcome.status === 'skipped').length,
  };
}
