import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { compileExpression } from '../compile-expression.ts';
import { compileFilter } from '../compile-filter.ts';
import { documentScope } from '../document-scope.ts';
import { boundedObject } from '../expressions/bounded-values.ts';
import { placeAt } from '../set-path.ts';
import { valuesAt } from '../values-at.ts';
import { ForeignIndex } from './foreign-index.ts';
import type { StageCompiler, StageContext, StageOf } from './stage-runner.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/graphLookup/ */
export const compileGraphLookup: StageCompiler<'graphLookup'> = (stage, context) => {
  const evaluate = compileExpression(stage.startWith, context);
  const bind = documentScope(context);
  const test = stage.restrict === undefined ? () => true : compileFilter(stage.restrict, context);
  return async function* (input) {
    const foreign = (await context.load(stage.from)).filter(test);
    const index = new ForeignIndex(foreign, stage.connectToField);
    for await (const chunk of input) {
      const out: PipelineDocument[] = [];
      for (const document of chunk) {
        const start = evaluate(bind(document));
        const found = walk(index, isArray(start) ? start : [start], stage, context);
        out.push(boundedObject(placeAt(document, stage.as, found), context));
        await context.pace.rest();
      }
      yield out;
    }
  };
};

/**
 * Breadth first; a document that was met is not met again, so that circles end. Null leads to what is null or missing,
 * a missing field leads nowhere.
 */
function walk(
  index: ForeignIndex,
  start: readonly (Value | undefined)[],
  stage: StageOf<'graphLookup'>,
  context: StageContext,
): readonly PipelineDocument[] {
  const met = new Set<PipelineDocument>();
  const found: PipelineDocument[] = [];
  let frontier: readonly Value[] = start.filter((value) => value !== undefined);
  for (let depth = 0; frontier.length > 0 && depth <= (stage.maxDepth ?? Infinity); depth++) {
    const reached = index.find(frontier).filter((document) => !met.has(document));
    context.budget.spend(frontier.length + reached.length);
    for (const document of reached) {
      met.add(document);
      found.push(stage.depthField === undefined ? document : placeAt(document, stage.depthField, depth));
    }
    frontier = reached.flatMap((document) => valuesAt(document, stage.connectFromField));
  }
  return found;
}
