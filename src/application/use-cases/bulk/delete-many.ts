import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseCollatedFilter } from '../documents/parse-collated-filter.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { confirmEverything } from './confirm-everything.ts';

export interface DeleteManyInput {
  readonly collection: string;
  readonly filter: Json;
  readonly collation?: Json | undefined;
  /** Whether a filter that matches everything is meant. */
  readonly all: boolean;
}

/** Removes every document that matches and answers how many. A filter without a condition needs `all`. */
export async function deleteMany(context: UseCaseContext, input: DeleteManyInput): Promise<number> {
  const { repository, call } = context;
  const collection = parseCollectionName(input.collection, 'collection');
  const filter = parseCollatedFilter(repository, input);
  confirmEverything(filter, input.all, 'filter');
  return repository.deleteMany(collection, filter, call);
}
