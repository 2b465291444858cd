import { compareValues } from '../compare-values.ts';
import { eager, type OperatorCompiler, type Values } from './operator-compiler.ts';

type ComparisonOperator = '$cmp' | '$eq' | '$gt' | '$gte' | '$lt' | '$lte' | '$ne';

/** By MongoDB's total order; unlike in filters, a missing value is less than null. */
export const comparisonOperators: Readonly<Record<ComparisonOperator, OperatorCompiler>> = {
  $cmp: eager((args) => Math.sign(compare(args))),
  $eq: eager((args) => compare(args) === 0),
  $gt: eager((args) => compare(args) > 0),
  $gte: eager((args) => compare(args) >= 0),
  $lt: eager((args) => compare(args) < 0),
  $lte: eager((args) => compare(args) <= 0),
  $ne: eager((args) => compare(args) !== 0),
};

function compare([a, b]: Values): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareValues(a, b);
}
