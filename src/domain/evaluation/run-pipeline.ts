import type { Pipeline, PipelineDocument } from '../query/stage.ts';
import type { EvaluationContext } from './evaluation-context.ts';

export interface PipelineContext extends EvaluationContext {
  /** The flat views of another collection, for `$lookup`, `$graphLookup` and `$unionWith`. */
  readonly collection: (name: string) => AsyncIterable<PipelineDocument>;
  /** Most documents that a blocking stage (sort, group…) may hold; more is QUERY_TOO_EXPENSIVE. */
  readonly maxDocuments: number;
}

export function runPipeline(
  _pipeline: Pipeline,
  _input: AsyncIterable<PipelineDocument>,
  _context: PipelineContext,
): AsyncIterable<PipelineDocument> {
  throw new Error('not written yet');
}
