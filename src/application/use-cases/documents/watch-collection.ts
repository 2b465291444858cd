import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { UseCaseContext } from '../use-case-context.ts';

/**
 * The changes of a collection from now on, or from after a token of an earlier stream.
 * @param after undefined: from now on.
 */
export function watchCollection(
  { repository, call }: UseCaseContext,
  collection: string,
  after: string | undefined,
): AsyncIterable<ChangeEvent> {
  return repository.watch({ collection: parseCollectionName(collection, 'collection'), after }, call);
}
