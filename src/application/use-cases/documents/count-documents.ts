import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Explanation } from '../../ports/document-repository.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { type CollatedFilterInput, parseCollatedFilter } from './parse-collated-filter.ts';

export interface CountInput extends CollatedFilterInput {
  readonly collection: string;
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
    filter: parseCollatedFilter(context.repository, input),
  };
}
