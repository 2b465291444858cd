import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseFilter } from '../../query-language/parse-filter.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface DeleteManyInput {
  readonly collection: string;
  readonly filter: Json;
  /** Whether a filter that matches everything is meant. */
  readonly all: boolean;
}

/** Removes every document that matches and answers how many. A filter without a condition needs `all`. */
export async function deleteMany(context: UseCaseContext, input: DeleteManyInput): Promise<number> {
  const { repository, call } = context;
  const collection = parseCollectionName(input.collection, 'collection');
  const filter = parseFilter(input.filter, queryOptions(repository, 'filter'));
  if (filter.kind === 'everything' && !input.all)
    throw invalidRequest('an empty filter deletes every document: confirm it with "all": true', 'filter');
  return repository.deleteMany(collection, filter, call);
}
