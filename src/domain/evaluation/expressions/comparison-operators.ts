import type { Value } from '../../value/value.ts';
import { compareValues } from '../compare-values.ts';
import type { CompareText } from '../compile-collation.ts';
import { eager, type OperatorCompiler, type Values } from './operator-compiler.ts';

type ComparisonOperator = '$cmp' | '$eq' | '$gt' | '$gte' | '$lt' | '$lte' | '$ne';

/** By MongoDB's total order; unlike in filters, a missing value is less than null. */
export const comparisonOperators: Readonly<Record<ComparisonOperator, OperatorCompiler>> = {
  $cmp: comparing(Math.sign),
  $eq: comparing((order) => order === 0),
  $gt: comparing((order) => order > 0),
  $gte: comparing((order) => order >= 0),
  $lt: comparing((order) => order < 0),
  $lte: comparing((order) => order <= 0),
  $ne: comparing((order) => order !== 0),
};

function comparing(answer: (order: number) => Value): OperatorCompiler {
  return eager((args, { context }) => answer(compare(args, context.compareText)));
}

function compare([a, b]: Values, compareText: CompareText | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareValues(a, b, compareText);
}
