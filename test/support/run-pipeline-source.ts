import { parsePipeline } from '../../src/application/query-language/parse-pipeline.ts';
import { ServiceError } from '../../src/domain/errors.ts';
import { EvaluationBudget } from '../../src/domain/evaluation/evaluation-context.ts';
import { runPipeline } from '../../src/domain/evaluation/run-pipeline.ts';
import { toJson } from '../../src/domain/value/to-json.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';

export interface PipelineInput {
  readonly documents?: readonly JsonObject[];
  readonly collections?: Readonly<Record<string, readonly JsonObject[]>>;
  readonly maxDocuments?: number;
  readonly steps?: number;
}

/** The answer of a pipeline, written as callers write it, over these documents. */
export async function runPipelineSource(pipeline: Json, input: PipelineInput = {}): Promise<readonly Json[]> {
  const stages = parsePipeline(pipeline, { path: 'pipeline', shortNames: false, extendedJson: true });
  const answer = runPipeline(stages, streamOf(input.documents), {
    now: new Date(0),
    budget: new EvaluationBudget(input.steps ?? 1_000_000, Number.POSITIVE_INFINITY),
    maxDocuments: input.maxDocuments ?? 10_000,
    collection: (name) => streamOf(input.collections?.[name]),
  });
  return (await Array.fromAsync(answer)).map(toJson);
}

/** The error of a pipeline that must fail. */
export async function pipelineError(pipeline: Json, input: PipelineInput = {}): Promise<ServiceError> {
  try {
    await runPipelineSource(pipeline, input);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('the pipeline was expected to fail');
}

async function* streamOf(documents: readonly JsonObject[] = []): AsyncIterable<JsonObject> {
  yield* documents;
}
