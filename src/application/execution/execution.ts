import { EvaluationBudget, type EvaluationContext } from '../../domain/evaluation/evaluation-context.ts';
import type { Call } from '../ports/call.ts';
import type { DatabaseAdapter, DocumentOperations } from '../ports/database-adapter.ts';
import type { PlanContext } from '../ports/dialect.ts';
import type { RepositoryOptions } from './repository-options.ts';

/** What every function of this folder works on. */
export interface Execution<N> {
  readonly adapter: DatabaseAdapter<N>;
  /** The adapter itself, or its operations inside a transaction. */
  readonly operations: DocumentOperations<N>;
  readonly options: RepositoryOptions;
}

export async function planContext<N>(
  execution: Execution<N>,
  collection: string,
  call: Call,
): Promise<PlanContext> {
  return { collection, indexes: await execution.adapter.schema.listIndexes(collection, call) };
}

export function evaluationContext<N>(execution: Execution<N>, call: Call): EvaluationContext {
  const { now, maxEvaluationSteps } = execution.options;
  const { keepsKeyOrder } = execution.adapter.capabilities.documents;
  return {
    now: now(),
    budget: new EvaluationBudget(maxEvaluationSteps, call.deadline),
    keyOrder: keepsKeyOrder ? 'kept' : 'ignored',
  };
}
