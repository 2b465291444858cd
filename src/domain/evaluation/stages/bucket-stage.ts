import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { compareValues } from '../compare-values.ts';
import { compileExpression } from '../compile-expression.ts';
import { compileGrouping } from './group-stage.ts';
import type { StageCompiler, StageOf } from './stage-runner.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucket/ */
export const compileBucket: StageCompiler<'bucket'> = (stage, context) => {
  const evaluate = compileExpression(stage.groupBy, context);
  const grouping = compileGrouping(stage.output, context);
  return async function* (input) {
    const groups = await grouping.collect(input, (scope) => bucketOf(evaluate(scope), stage));
    yield* grouping.answer(groups.toSorted((a, b) => compareValues(a.id, b.id)));
  };
};

/** The lower boundary of the bucket that holds the value, else the default. */
function bucketOf(value: Value | undefined, stage: StageOf<'bucket'>): Value {
  const { boundaries } = stage;
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareValues(boundaries[middle], value) <= 0) low = middle + 1;
    else high = middle;
  }
  const lower = boundaries[low - 1];
  if (lower !== undefined && low < boundaries.length) return lower;
  if (stage.default !== undefined) return stage.default;
  throw new ServiceError('INVALID_REQUEST', '$bucket met a value outside its boundaries and has no default', {
    operator: '$bucket',
  });
}
