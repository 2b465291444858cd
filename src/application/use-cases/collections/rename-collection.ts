import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { UseCaseContext } from '../use-case-context.ts';

/** Answers the new name. Rejects with COLLECTION_NOT_FOUND, VALIDATION_ERROR when the name is taken, or UNSUPPORTED_OPERATION. */
export async function renameCollection(
  { repository, call }: UseCaseContext,
  oldName: string,
  newName: unknown,
): Promise<string> {
  const from = parseCollectionName(oldName, 'old_name');
  const to = parseCollectionName(newName, 'new_name');
  await repository.renameCollection(from, to, call);
  return to;
}
