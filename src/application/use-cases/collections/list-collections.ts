import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export async function listCollections({ repository, call }: UseCaseContext): Promise<readonly string[]> {
  return (await repository.listCollections(call)).toSorted();
}

export async function collectionExists(
  { repository, call }: UseCaseContext,
  collection: string,
): Promise<boolean> {
  return repository.collectionExists(parseCollectionName(collection, 'collection'), call);
}
