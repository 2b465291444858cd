import type { AccumulatorOperator } from '../../query/accumulator-operator.ts';
import { type AccumulatorCompiler, folding } from './accumulator.ts';
import { startArrays, startPush, startSet, startSetUnion } from './array-accumulators.ts';
import { averageFold } from './average-fold.ts';
import { deviationFold } from './deviation-fold.ts';
import { extremeFold } from './extreme-fold.ts';
import { compileOrdered } from './ordered-accumulators.ts';
import { compileMedian, compilePercentile } from './percentile-accumulators.ts';
import { countFold, firstFold, lastFold, mergeFold } from './single-value-folds.ts';
import { sumFold } from './sum-fold.ts';
import { firstValues, lastValues, mostExtreme } from './top-folds.ts';

/** Every accumulator's evaluation. */
export const accumulatorCompilers: Readonly<Record<AccumulatorOperator, AccumulatorCompiler>> = {
  $addToSet: folding(startSet),
  $avg: folding(averageFold),
  $bottom: compileOrdered('last', false),
  $bottomN: compileOrdered('last', true),
  $concatArrays: folding(startArrays),
  $count: folding(countFold),
  $first: folding(firstFold),
  $firstN: folding(firstValues),
  $last: folding(lastFold),
  $lastN: folding(lastValues),
  $max: folding(() => extremeFold(1)),
  $maxN: folding(mostExtreme(1)),
  $median: compileMedian,
  $mergeObjects: folding(mergeFold),
  $min: folding(() => extremeFold(-1)),
  $minN: folding(mostExtreme(-1)),
  $percentile: compilePercentile,
  $push: folding(startPush),
  $setUnion: folding(startSetUnion),
  $stdDevPop: folding(() => deviationFold('population')),
  $stdDevSamp: folding(() => deviationFold('sample')),
  $sum: folding(sumFold),
  $top: compileOrdered('first', false),
  $topN: compileOrdered('first', true),
};
