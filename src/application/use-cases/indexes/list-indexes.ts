import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { UseCaseContext } from '../use-case-context.ts';

/** The indexes of a collection, `_id_` first; rejects with COLLECTION_NOT_FOUND. */
export async function listIndexes(
  { repository, call }: UseCaseContext,
  collection: string,
): Promise<readonly IndexDefinition[]> {
  return repository.listIndexes(parseCollectionName(collection, 'collection'), call);
}
