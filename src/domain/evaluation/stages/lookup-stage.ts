import type { Pipeline, PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { compileExpression } from '../compile-expression.ts';
import { documentScope } from '../document-scope.ts';
import { boundedObject } from '../expressions/bounded-values.ts';
import { placeAt } from '../set-path.ts';
import { type Chunk, collect, slices } from './chunks.ts';
import { ForeignIndex } from './foreign-index.ts';
import { localValues } from './local-values.ts';
import type { StageCompiler, StageContext, StageOf } from './stage-runner.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/ */
export const compileLookup: StageCompiler<'lookup'> = (stage, context) => {
  const pipeline = stage.pipeline ?? [];
  context.run(pipeline, slices([], context.pace), withDummies(stage, context));
  return async function* (input) {
    const candidates = await prepareCandidates(stage, context);
    const finish = preparePipeline(stage, pipeline, context);
    for await (const chunk of input) {
      context.budget.spend(chunk.length);
      const out: PipelineDocument[] = [];
      for (const document of chunk) {
        const joined = await finish(document, candidates(document));
        context.budget.spend(joined.length);
        out.push(boundedObject(placeAt(document, stage.as, joined), context));
        await context.pace.rest();
      }
      yield out;
    }
  };
};

/** The pipeline's own mistakes show at once, not with the first document. */
function withDummies(stage: StageOf<'lookup'>, context: StageContext): StageContext {
  const variables = new Map(context.variables);
  for (const [name] of stage.let) variables.set(name, null);
  return { ...context, variables };
}

/** Which foreign documents a document's pipeline starts from. The foreign collection is read once per run. */
async function prepareCandidates(
  stage: StageOf<'lookup'>,
  context: StageContext,
): Promise<(document: PipelineDocument) => Chunk> {
  const all = stage.from === undefined ? [] : await context.load(stage.from);
  const { localField, foreignField } = stage;
  if (localField === undefined || foreignField === undefined) return () => all;
  const index = new ForeignIndex(all, foreignField);
  return (document) => index.find(localValues(document, localField));
}

function preparePipeline(
  stage: StageOf<'lookup'>,
  pipeline: Pipeline,
  context: StageContext,
): (document: PipelineDocument, candidates: Chunk) => Promise<Chunk> | Chunk {
  if (pipeline.length === 0 && stage.let.length === 0) return (_, candidates) => candidates;
  if (stage.let.length === 0 && stage.localField === undefined) return runOnce(pipeline, context);
  const bind = documentScope(context);
  const bindings = stage.let.map(
    ([name, expression]) => [name, compileExpression(expression, context)] as const,
  );
  return (document, candidates) => {
    const scope = bind(document);
    const variables = new Map<string, Value | undefined>(context.variables);
    for (const [name, evaluate] of bindings) variables.set(name, evaluate(scope));
    const inner = { ...context, variables };
    return collect(context.run(pipeline, slices(candidates, context.pace), inner), inner);
  };
}

/** A pipeline that does not depend on the document answers all documents alike. */
function runOnce(
  pipeline: Pipeline,
  context: StageContext,
): (document: PipelineDocument, all: Chunk) => Promise<Chunk> {
  let answer: Promise<Chunk> | undefined;
  return (_, all) => {
    answer ??= collect(context.run(pipeline, slices(all, context.pace), context), context);
    return answer;
  };
}
