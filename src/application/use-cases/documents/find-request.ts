import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import { invalidRequest, unsupportedOperation } from '../../../domain/errors.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import type { Projection } from '../../../domain/query/projection.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseProjection } from '../../query-language/parse-projection.ts';
import { parseSort } from '../../query-language/parse-sort.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { type CollatedFilterInput, parseCollatedFilter } from './parse-collated-filter.ts';
import { queryOptions } from './query-options.ts';

export const defaultLimit = 10;
export const maxLimit = 1000;

/** A query for documents as the caller gives it. */
export interface FindInput extends CollatedFilterInput {
  readonly collection: string;
  readonly sort?: Json | undefined;
  readonly projection?: Json | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /** Empty: the first page of keyset paging. */
  readonly cursor?: string | undefined;
}

/** The same, parsed and within its bounds. */
export interface FindRequest {
  readonly collection: string;
  readonly filter: Filter;
  readonly sort: Sort;
  readonly projection: Projection | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function parseFindRequest({ repository }: UseCaseContext, input: FindInput): FindRequest {
  const { limit = defaultLimit, offset = 0, projection } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit)
    throw invalidRequest(`an integer from 1 to ${maxLimit}`, 'limit');
  if (!Number.isSafeInteger(offset) || offset < 0) throw invalidRequest('an integer ≥ 0', 'offset');
  if (input.cursor !== undefined && offset !== 0)
    throw invalidRequest('a cursor says where to start; give no offset beside it', 'offset');
  if (input.collation !== undefined && input.sort !== undefined)
    throw unsupportedOperation(
      repository.database,
      'collation',
      'a collation does not sort: give no sort beside it',
    );
  return {
    collection: parseCollectionName(input.collection, 'collection'),
    filter: parseCollatedFilter(repository, input),
    sort: input.sort === undefined ? [] : parseSort(input.sort, queryOptions(repository, 'sort')),
    projection:
      projection === undefined
        ? undefined
        : parseProjection(projection, queryOptions(repository, 'projection')),
    limit,
    offset,
  };
}
