import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { CollectionStats, DatabaseStats } from '../../ports/database-adapter.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export async function readDatabaseStats({ repository, call }: UseCaseContext): Promise<DatabaseStats> {
  return repository.stats(call);
}

/** Rejects with COLLECTION_NOT_FOUND. */
export async function readCollectionStats(
  { repository, call }: UseCaseContext,
  collection: string,
): Promise<CollectionStats> {
  return repository.collectionStats(parseCollectionName(collection, 'collection'), call);
}
