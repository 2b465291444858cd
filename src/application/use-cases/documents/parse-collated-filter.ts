import type { Filter } from '../../../domain/query/filter.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { DocumentRepository } from '../../ports/document-repository.ts';
import { collateFilter } from '../../query-language/collate-filter.ts';
import { parseCollation } from '../../query-language/parse-collation.ts';
import { parseFilter } from '../../query-language/parse-filter.ts';
import { queryOptions } from './query-options.ts';

/** A filter beside which a collation may stand. */
export interface CollatedFilterInput {
  readonly filter?: Json | undefined;
  readonly collation?: Json | undefined;
}

/** @param prefix where the two stand in the request: empty, or `operations[3].`. */
export function parseCollatedFilter(
  repository: DocumentRepository,
  { filter = {}, collation }: CollatedFilterInput,
  prefix = '',
): Filter {
  const parsed = parseFilter(filter, queryOptions(repository, `${prefix}filter`));
  if (collation === undefined) return parsed;
  return collateFilter(parsed, parseCollation(collation, `${prefix}collation`), `${prefix}filter`);
}
