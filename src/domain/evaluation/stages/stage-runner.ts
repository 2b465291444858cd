import type { Pipeline, PipelineDocument, StageBody, StageKind } from '../../query/stage.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import type { Chunks } from './chunks.ts';
import type { Pace } from './pace.ts';

/** What the stages of one run share. */
export interface StageContext extends EvaluationContext {
  readonly maxDocuments: number;
  readonly pace: Pace;
  /** Streams another collection. */
  readonly stream: (name: string) => Chunks;
  /** All of another collection, read once per run; bounded by `maxDocuments`. */
  readonly load: (name: string) => Promise<readonly PipelineDocument[]>;
  /** Runs a nested pipeline; `context` may bind more variables. */
  readonly run: (pipeline: Pipeline, input: Chunks, context: StageContext) => Chunks;
}

export type RunStage = (input: Chunks) => Chunks;
export type StageOf<K extends StageKind> = Extract<StageBody, { readonly kind: K }>;
/** Makes a stage ready for one run; rejects what no document could make right. */
export type StageCompiler<K extends StageKind> = (stage: StageOf<K>, context: StageContext) => RunStage;
