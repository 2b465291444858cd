import type { PipelineDocument } from '../../query/stage.ts';
import { Held } from '../held.ts';
import { slices } from './chunks.ts';
import type { StageCompiler } from './stage-runner.ts';

/** A uniform sample without repetition, in random order, in one pass. https://en.wikipedia.org/wiki/Reservoir_sampling */
export const compileSample: StageCompiler<'sample'> = (stage, context) =>
  async function* (input) {
    const held = new Held(context.maxDocuments);
    const kept: PipelineDocument[] = [];
    let seen = 0;
    for await (const chunk of input) {
      context.budget.spend(chunk.length);
      for (const document of chunk) {
        seen++;
        const place = Math.floor(Math.random() * seen);
        if (kept.length < stage.size) {
          held.add(1);
          kept.push(kept[place] ?? document);
          kept[place] = document;
        } else if (place < stage.size) kept[place] = document;
      }
    }
    yield* slices(kept, context.pace);
  };
