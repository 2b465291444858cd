import type { Document } from '../document/document.ts';
import type { Modification, ModifyOutcome } from '../document/modification.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/**
 * What becomes of a document: pure; the caller holds the document locked, or writes the outcome by compare-and-set.
 * Never throws: a change that cannot be applied is `failed`.
 */
export function applyModification(
  _collection: string,
  _modification: Modification,
  _current: Document | undefined,
  _context: EvaluationContext,
): ModifyOutcome {
  throw new Error('not written yet');
}
