import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { UseCaseContext } from '../use-case-context.ts';

/** Rejects with COLLECTION_NOT_FOUND, or INDEX_ERROR when there is no such index or it is `_id_`. */
export async function dropIndex(
  { repository, call }: UseCaseContext,
  collection: string,
  name: string,
): Promise<void> {
  await repository.dropIndex(parseCollectionName(collection, 'collection'), name, call);
}
