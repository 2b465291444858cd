/** `$group`'s accumulators: the only list; the evaluator is a total record over it. */
export const accumulatorOperators = [
  '$addToSet',
  '$avg',
  '$bottom',
  '$bottomN',
  '$concatArrays',
  '$count',
  '$first',
  '$firstN',
  '$last',
  '$lastN',
  '$max',
  '$maxN',
  '$median',
  '$mergeObjects',
  '$min',
  '$minN',
  '$percentile',
  '$push',
  '$setUnion',
  '$stdDevPop',
  '$stdDevSamp',
  '$sum',
  '$top',
  '$topN',
] as const;
export type AccumulatorOperator = (typeof accumulatorOperators)[number];

/** What `$setWindowFields` adds to the accumulators. */
export const windowOnlyOperators = [
  '$covariancePop',
  '$covarianceSamp',
  '$denseRank',
  '$derivative',
  '$documentNumber',
  '$expMovingAvg',
  '$integral',
  '$linearFill',
  '$locf',
  '$minMaxScaler',
  '$rank',
  '$shift',
] as const;
export type WindowOperator = AccumulatorOperator | (typeof windowOnlyOperators)[number];
