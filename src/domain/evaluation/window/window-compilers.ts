import {
  type AccumulatorOperator,
  accumulatorOperators,
  type WindowOperator,
} from '../../query/accumulator-operator.ts';
import { accumulatorCompilers } from '../accumulators/accumulator-compilers.ts';
import { compileDerivative, compileIntegral } from './calculus.ts';
import { compileCovariance } from './covariance.ts';
import { compileLinearFill, compileLocf } from './fill-functions.ts';
import { compileMovingAverage } from './moving-average.ts';
import { overFrames } from './over-frames.ts';
import { denseRanks, documentNumbers, ranks } from './ranks.ts';
import { compileScaler } from './scaler.ts';
import { compileShift } from './shift.ts';
import type { WindowCompiler } from './window-function.ts';

const accumulators = Object.fromEntries(
  accumulatorOperators.map((operator) => [operator, overFrames(accumulatorCompilers[operator])]),
) as Record<AccumulatorOperator, WindowCompiler>;

/** Every window operator's evaluation: the accumulators over frames, and the operators of windows only. */
export const windowCompilers: Readonly<Record<WindowOperator, WindowCompiler>> = {
  ...accumulators,
  $covariancePop: compileCovariance('population'),
  $covarianceSamp: compileCovariance('sample'),
  $denseRank: () => denseRanks,
  $derivative: compileDerivative,
  $documentNumber: () => documentNumbers,
  $expMovingAvg: compileMovingAverage,
  $integral: compileIntegral,
  $linearFill: compileLinearFill,
  $locf: compileLocf,
  $minMaxScaler: compileScaler,
  $rank: () => ranks,
  $shift: compileShift,
};
