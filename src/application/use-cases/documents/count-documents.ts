import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { Explanation } from '../../ports/document-repository.ts';
import { parseFilter } from '../../query-language/parse-filter.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { queryOptions } from './query-options.ts';

export interface CountInput {
  readonly collection: string;
  readonly filter?: Json | undefined;
}

/** How many documents match, exactly. */
export async function countDocuments(context: UseCaseContext, input: CountInput): Promise<number> {
  const { collection, filter } = parse(context, input);
  return context.repository.count(collection, filter, context.call);
}

export async function explainCount(context: UseCaseContext, input: CountInput): Promise<Explanation> {
  const { collection, filter } = parse(context, input);
  return context.repository.explainCount(collection, filter, context.call);
}

/** How many documents the collection has, from the database's statistics. */
export async function estimateCount(context: UseCaseContext, collection: string): Promise<number> {
  return context.repository.estimatedCount(parseCollectionName(collection, 'collection'), context.call);
}

function parse(context: UseCaseContext, input: CountInput) {
  return {
    collection: parseCollectionName(input.collection, 'collection'),
    filter: parseFilter(input.filter ?? {}, queryOptions(context.repository, 'filter')),
  };
}
