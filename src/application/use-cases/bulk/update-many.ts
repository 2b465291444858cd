import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { UpdateManyResult } from '../../ports/document-repository.ts';
import { parseUpdate } from '../../query-language/parse-update.ts';
import { parseCollatedFilter } from '../documents/parse-collated-filter.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface UpdateManyInput {
  readonly collection: string;
  readonly filter: Json;
  readonly collation?: Json | undefined;
  readonly update: Json;
  readonly arrayFilters?: Json | undefined;
}

/** Updates every document that matches. */
export async function updateMany(context: UseCaseContext, input: UpdateManyInput): Promise<UpdateManyResult> {
  const { repository, call } = context;
  const collection = parseCollectionName(input.collection, 'collection');
  const filter = parseCollatedFilter(repository, input);
  const update = parseUpdate(input.update, input.arrayFilters, queryOptions(repository, 'update'));
  return repository.updateMany(collection, filter, update, call);
}
