import type { ModifyOutcome } from '../../../domain/document/modification.ts';
import { documentToRow } from '../sql/document-row.ts';
import type { WireModifyOutcome } from './sqlite-protocol.ts';
import { toWireError } from './transfer.ts';

/** An outcome on its way from the writer's thread. */
export function toWireOutcome(outcome: ModifyOutcome): WireModifyOutcome {
  switch (outcome.status) {
    case 'modified':
      return {
        status: 'modified',
        before: documentToRow(outcome.before),
        after: documentToRow(outcome.after),
      };
    case 'unchanged':
      return { status: 'unchanged', document: documentToRow(outcome.document) };
    case 'inserted':
      return { status: 'inserted', after: documentToRow(outcome.after) };
    case 'removed':
      return { status: 'removed', before: documentToRow(outcome.before) };
    case 'failed':
      return { status: 'failed', error: toWireError(outcome.error) };
    default:
      return outcome;
  }
}
