import type { Pipeline, PipelineDocument } from '../query/stage.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { Chunks } from './stages/chunks.ts';
import { chunksOf, collect } from './stages/chunks.ts';
import { compileStages } from './stages/compile-stages.ts';
import { Pace } from './stages/pace.ts';
import type { StageContext } from './stages/stage-runner.ts';

export interface PipelineContext extends EvaluationContext {
  /** The flat views of another collection, for `$lookup`, `$graphLookup` and `$unionWith`. */
  readonly collection: (name: string) => AsyncIterable<PipelineDocument>;
  /** Most documents that a blocking stage (sort, group…) may hold; more is QUERY_TOO_EXPENSIVE. */
  readonly maxDocuments: number;
}

/**
 * Runs a pipeline over a stream. Stages stream where they can, the others hold at most `maxDocuments`; computation
 * is charged to the budget and gives way to the event loop. Stops reading the input when the consumer stops, or when
 * a `$limit` is reached. Documents are never changed in place.
 */
export async function* runPipeline(
  pipeline: Pipeline,
  input: AsyncIterable<PipelineDocument>,
  context: PipelineContext,
): AsyncIterable<PipelineDocument> {
  const shared = createStageContext(context);
  const run = compileStages(pipeline, shared);
  for await (const chunk of run(chunksOf(input, shared.pace))) yield* chunk;
}

function createStageContext(context: PipelineContext): StageContext {
  const pace = new Pace();
  const loaded = new Map<string, Promise<readonly PipelineDocument[]>>();
  const stream = (name: string): Chunks => chunksOf(context.collection(name), pace);
  const shared: StageContext = {
    ...context,
    pace,
    stream,
    load: (name) => {
      const found = loaded.get(name) ?? collect(stream(name), shared);
      loaded.set(name, found);
      return found;
    },
    run: (nested, input, inner) => compileStages(nested, inner)(input),
  };
  return shared;
}
