import { EvaluationBudget, type EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import type { UseCaseContext } from '../use-case-context.ts';

/** Enough for a projection with expressions over the largest page. */
const projectionSteps = 10_000_000;

export function evaluationContext({ call, clock }: UseCaseContext): EvaluationContext {
  return { now: new Date(clock.now()), budget: new EvaluationBudget(projectionSteps, call.deadline) };
}
