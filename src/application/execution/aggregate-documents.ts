import { flatView } from '../../domain/document/flat-view.ts';
import { unsupportedOperation } from '../../domain/errors.ts';
import { type PipelineContext, runPipeline } from '../../domain/evaluation/run-pipeline.ts';
import type { Pipeline, PipelineDocument } from '../../domain/query/stage.ts';
import { type PipelinePlan, planPipeline } from '../planning/plan-pipeline.ts';
import type { Call } from '../ports/call.ts';
import { type Execution, evaluationContext, planContext } from './execution.ts';
import { findMatching } from './find-matching.ts';
import { guardScan } from './guard-scan.ts';

/** Plans a pipeline, lets the database run its leading stages, and runs the others on what comes out. */
export async function* aggregateDocuments<N>(
  execution: Execution<N>,
  collection: string,
  pipeline: Pipeline,
  call: Call,
): AsyncIterable<PipelineDocument> {
  const { adapter, options } = execution;
  const last = pipeline.at(-1)?.kind;
  if ((last === 'out' || last === 'merge') && !options.allowPipelineWrites) {
    throw unsupportedOperation(
      adapter.type,
      `aggregation.${last}`,
      `$${last} needs a database that has it and a configuration that allows it`,
    );
  }
  const plan = planPipeline(pipeline, adapter.dialect, await planContext(execution, collection, call));
  const input = pipelineInput(execution, collection, plan, call);
  yield* plan.rest.length === 0 ? input : runPipeline(plan.rest, input, pipelineContext(execution, call));
}

function pipelineInput<N>(
  execution: Execution<N>,
  collection: string,
  plan: PipelinePlan<N>,
  call: Call,
): AsyncIterable<PipelineDocument> {
  const { aggregate } = execution.operations;
  if (plan.kind === 'native') {
    if (aggregate === undefined)
      throw new TypeError('a dialect with pipelines needs an adapter with aggregate');
    return aggregate(collection, plan.native, call);
  }
  if (plan.empty || plan.rest[0]?.kind === 'documents') return nothing();
  const found = findMatching(execution, collection, plan.filter, call);
  const unbounded = plan.byId || plan.filter.index !== undefined || plan.rest[0]?.kind === 'limit';
  const most = unbounded ? Number.POSITIVE_INFINITY : execution.options.maxScanDocuments;
  return flatViews(guardScan(found, most, call));
}

async function* flatViews(
  documents: AsyncIterable<Parameters<typeof flatView>[0]>,
): AsyncIterable<PipelineDocument> {
  for await (const document of documents) yield flatView(document);
}

async function* nothing(): AsyncIterable<never> {}

function pipelineContext<N>(execution: Execution<N>, call: Call): PipelineContext {
  const { maxScanDocuments } = execution.options;
  const everything = { native: undefined, residual: undefined, index: undefined };
  return {
    ...evaluationContext(execution, call),
    maxDocuments: maxScanDocuments,
    collection: (name) =>
      flatViews(guardScan(findMatching(execution, name, everything, call), maxScanDocuments, call)),
  };
}
