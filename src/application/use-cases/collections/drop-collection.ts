import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { UseCaseContext } from '../use-case-context.ts';

/** Removes a collection with its documents and indexes; rejects with COLLECTION_NOT_FOUND. */
export async function dropCollection(
  { repository, call }: UseCaseContext,
  collection: string,
): Promise<void> {
  await repository.dropCollection(parseCollectionName(collection, 'collection'), call);
}
