import type { Document } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';

/** What some modifications of one document do together, to be written at once. */
export interface Chain {
  /** One for each modification that the chain holds, in order. */
  readonly outcomes: readonly ModifyOutcome[];
  /** The document after them. */
  readonly after: Document | undefined;
  /** The changes in between, each for the change feed. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly kind: 'created' | 'updated' | 'deleted';
  /** After the step; for a removal, before it. */
  readonly document: Document;
}

/**
 * Applies modifications of one document one after another. A chain ends with a removal, and before one of a document that
 * it made itself: what is written is then always one insertion, one update or one removal.
 * @param most how many modifications one chain may hold.
 */
export function applyChain(
  collection: string,
  before: Document | undefined,
  modifications: readonly Modification[],
  most: number,
  context: EvaluationContext,
): Chain {
  const outcomes: ModifyOutcome[] = [];
  const steps: Step[] = [];
  let after = before;
  for (const modification of modifications.slice(0, most)) {
    const outcome = applyModification(collection, modification, after, context);
    if (outcome.status === 'removed' && before === undefined) break;
    outcomes.push(outcome);
    if (outcome.status === 'removed') {
      steps.push({ kind: 'deleted', document: outcome.before });
      return { outcomes, after: undefined, steps };
    }
    if (outcome.status !== 'modified' && outcome.status !== 'inserted') continue;
    after = outcome.after;
    steps.push({ kind: outcome.status === 'modified' ? 'updated' : 'created', document: after });
  }
  return { outcomes, after, steps };
}
