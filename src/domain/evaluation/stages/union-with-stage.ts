import { slices } from './chunks.ts';
import type { StageCompiler } from './stage-runner.ts';

export const compileUnionWith: StageCompiler<'unionWith'> = (stage, context) =>
  async function* (input) {
    yield* input;
    const others =
      stage.collection === undefined ? slices([], context.pace) : context.stream(stage.collection);
    yield* context.run(stage.pipeline, others, context);
  };
