import type { Value } from '../../value/value.ts';
import { boundedObject } from '../expressions/bounded-values.ts';
import { chunksOf, collect, slices } from './chunks.ts';
import type { StageCompiler } from './stage-runner.ts';

/** One document with the answer of each pipeline over the same input. */
export const compileFacet: StageCompiler<'facet'> = (stage, context) =>
  async function* (input) {
    const documents = await collect(input, context);
    const answers: [string, Value][] = [];
    for (const [name, pipeline] of stage.facets)
      answers.push([
        name,
        await collect(context.run(pipeline, slices(documents, context.pace), context), context),
      ]);
    yield* chunksOf([boundedObject(Object.fromEntries(answers), context)], context.pace);
  };
