import type { Pipeline, StageKind } from '../../query/stage.ts';
import { stageCompilers } from './stage-compilers.ts';
import type { RunStage, StageCompiler, StageContext, StageOf } from './stage-runner.ts';
import { compileTopSort } from './top-sort-stage.ts';

/** A pipeline, made ready for one run: its stages joined, a `$sort` with the `$limit` behind it as one. */
export function compileStages(pipeline: Pipeline, context: StageContext): RunStage {
  const runners = pipeline.map((stage, i) => {
    const most = stage.kind === 'sort' ? mostWanted(pipeline.slice(i + 1)) : undefined;
    return stage.kind === 'sort' && most !== undefined
      ? compileTopSort(stage.sort, most, context)
      : compileStage(stage, context);
  });
  return (input) => runners.reduce((stream, run) => run(stream), input);
}

function compileStage<K extends StageKind>(stage: StageOf<K>, context: StageContext): RunStage {
  const compile: StageCompiler<K> = stageCompilers[stage.kind as K];
  return compile(stage, context);
}

/** How many documents the following stages can take at most: `$skip`s and a `$limit`. */
function mostWanted(following: Pipeline): number | undefined {
  let skipped = 0;
  for (const stage of following) {
    if (stage.kind === 'limit') return skipped + stage.count;
    if (stage.kind !== 'skip') return undefined;
    skipped += stage.count;
  }
  return undefined;
}
