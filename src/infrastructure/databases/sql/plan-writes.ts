import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';

/** One line of the change log; `document` is null after a removal. */
export interface LoggedChange {
  readonly id: DocumentId;
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly version: number;
  readonly document: Document | null;
}

/** What a batch of modifications does to the table: at most one write per document, however often it was changed. */
export interface PlannedWrites {
  /** One per modification, as they are once the writes have been made. */
  readonly outcomes: readonly ModifyOutcome[];
  readonly inserts: readonly Document[];
  readonly updates: readonly Document[];
  readonly removals: readonly DocumentId[];
  /** Every step, also those that a later one of the same batch went over, in order. */
  readonly log: readonly LoggedChange[];
}

/**
 * Applies modifications, in order, to documents as they were read: what databases do that change several documents with
 * one statement. Pure. `ordered` stops at the first one that is `failed` or `stale`.
 * @param check throws a `ServiceError` for a document that the database cannot hold; the change is `failed` then.
 */
export function planWrites(
  collection: string,
  modifications: readonly Modification[],
  read: ReadonlyMap<DocumentId, Document>,
  ordered: boolean,
  context: EvaluationContext,
  check: (document: Document) => void = () => undefined,
): PlannedWrites {
  const current = new Map<DocumentId, Document | undefined>();
  const outcomes: ModifyOutcome[] = [];
  const log: LoggedChange[] = [];
  let stopped = false;
  for (const modification of modifications) {
    if (stopped) {
      outcomes.push({ status: 'skipped' });
      continue;
    }
    const { id } = modification;
    const before = current.has(id) ? current.get(id) : read.get(id);
    const outcome = checked(applyModification(collection, modification, before, context), check);
    outcomes.push(outcome);
    const step = loggedChange(outcome);
    if (step !== undefined) {
      log.push(step);
      current.set(id, step.document ?? undefined);
    }
    stopped = ordered && (outcome.status === 'failed' || outcome.status === 'stale');
  }
  return { outcomes, log, ...netWrites(current, read) };
}

function checked(outcome: ModifyOutcome, check: (document: Document) => void): ModifyOutcome {
  try {
    if ('after' in outcome) check(outcome.after);
    return outcome;
  } catch (error) {
    if (error instanceof ServiceError) return { status: 'failed', error };
    throw error;
  }
}

function loggedChange(outcome: ModifyOutcome): LoggedChange | undefined {
  switch (outcome.status) {
    case 'modified': {
      const { id, version } = outcome.after;
      return { id, kind: 'updated', version, document: outcome.after };
    }
    case 'inserted': {
      const { id, version } = outcome.after;
      return { id, kind: 'created', version, document: outcome.after };
    }
    case 'removed': {
      const { id, version } = outcome.before;
      return { id, kind: 'deleted', version, document: null };
    }
    default:
      return undefined;
  }
}

function netWrites(
  current: ReadonlyMap<DocumentId, Document | undefined>,
  read: ReadonlyMap<DocumentId, Document>,
): Pick<PlannedWrites, 'inserts' | 'updates' | 'removals'> {
  const inserts: Document[] = [];
  const updates: Document[] = [];
  const removals: DocumentId[] = [];
  for (const [id, document] of current) {
    if (document === undefined) {
      if (read.has(id)) removals.push(id);
    } else if (read.has(id)) updates.push(document);
    else inserts.push(document);
  }
  return { inserts, updates, removals };
}
