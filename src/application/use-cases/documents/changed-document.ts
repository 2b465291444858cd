import type { Document } from '../../../domain/document/document.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Changed } from './modify-document.ts';

/** The document after a change that does not remove it. */
export function documentAfter(changed: Changed): Document {
  if (changed.after === undefined)
    throw new ServiceError('INTERNAL_ERROR', 'the database removed a document that was to be changed');
  return changed.after;
}
