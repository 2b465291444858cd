import { ServiceError } from '../../domain/errors.ts';

/**
 * The kind of the row of a change log that stands where the newest of the removed changes was. Who has yet to read it
 * has missed changes; a gap between numbers says nothing, since changes that were rolled back leave gaps too.
 */
export const removedKind = 'pruned';

export const positionGone = 'the change log no longer goes back to this position: read the collection anew';
export const positionAhead = 'the change log has not come to this position';

/** INVALID_REQUEST for a position that the log no longer goes back to, or has not reached. */
export function positionRefusal(
  message: string,
  { oldest, latest }: { readonly oldest?: string; readonly latest: string },
): ServiceError {
  return new ServiceError('INVALID_REQUEST', message, {
    path: 'Last-Event-ID',
    ...(oldest !== undefined && { oldest_position: oldest }),
    latest_position: latest,
  });
}
