import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseFilter } from '../../query-language/parse-filter.ts';
import { readPath } from '../../query-language/parse-path.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface DistinctInput {
  readonly collection: string;
  readonly field: string;
  readonly filter?: Json | undefined;
}

/** The different values of a field, arrays taken apart. */
export async function distinctValues(
  context: UseCaseContext,
  input: DistinctInput,
): Promise<readonly Json[]> {
  const { repository, call } = context;
  const collection = parseCollectionName(input.collection, 'collection');
  const path = readPath(input.field, queryOptions(repository, 'field'));
  const filter = parseFilter(input.filter ?? {}, queryOptions(repository, 'filter'));
  return (await repository.distinct(collection, path, filter, call)).map(toJson);
}
