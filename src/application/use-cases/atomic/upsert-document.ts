import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { UpsertResult } from '../../ports/document-repository.ts';
import { parseFilter } from '../../query-language/parse-filter.ts';
import { parseUpdate } from '../../query-language/parse-update.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface UpsertInput {
  readonly collection: string;
  readonly filter: Json;
  readonly update: Json;
  readonly arrayFilters?: Json | undefined;
}

/** Updates one document that matches, else makes one of the filter's equalities and the update. */
export async function upsertDocument(context: UseCaseContext, input: UpsertInput): Promise<UpsertResult> {
  const { repository, call } = context;
  const collection = parseCollectionName(input.collection, 'collection');
  const filter = parseFilter(input.filter, queryOptions(repository, 'filter'));
  const update = parseUpdate(input.update, input.arrayFilters, queryOptions(repository, 'update'));
  return repository.upsert(collection, filter, update, call);
}
