import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { Explanation } from '../../ports/document-repository.ts';
import { parsePipeline } from '../../query-language/parse-pipeline.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface AggregateInput {
  readonly collection: string;
  readonly pipeline: Json;
}

/** Runs a pipeline; its documents come as a stream. */
export function aggregateDocuments(
  context: UseCaseContext,
  input: AggregateInput,
): AsyncIterable<PipelineDocument> {
  const { collection, pipeline } = parse(context, input);
  return context.repository.aggregate(collection, pipeline, context.call);
}

/** How the pipeline would run. */
export async function explainAggregate(context: UseCaseContext, input: AggregateInput): Promise<Explanation> {
  const { collection, pipeline } = parse(context, input);
  return context.repository.explainAggregate(collection, pipeline, context.call);
}

function parse(context: UseCaseContext, input: AggregateInput) {
  return {
    collection: parseCollectionName(input.collection, 'collection'),
    pipeline: parsePipeline(input.pipeline, queryOptions(context.repository, 'pipeline', false)),
  };
}
