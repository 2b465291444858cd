import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseIndex } from '../../query-language/parse-index.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface IndexInput {
  readonly keys: Json;
  readonly options?: Json | undefined;
}

/**
 * Creates indexes one after another and answers their names. All are parsed before the first is made.
 * @param paths where each one stands in the request; empty: at its top.
 */
export async function createIndexes(
  context: UseCaseContext,
  collectionName: string,
  indexes: readonly { readonly input: IndexInput; readonly path: string }[],
): Promise<readonly string[]> {
  const { repository, call } = context;
  const collection = parseCollectionName(collectionName, 'collection');
  const definitions = indexes.map(({ input, path }) =>
    parseIndex({ keys: input.keys, options: input.options ?? {} }, queryOptions(repository, path)),
  );
  await repository.createIndexes(collection, definitions, call);
  return definitions.map(({ name }) => name);
}
