import type { CompareLeaf, CompareOperator, InLeaf } from '../query/filter.ts';
import type { Value } from '../value/value.ts';
import { compareValues, equalValues, typeRank } from './compare-values.ts';
import type { CompareText } from './compile-collation.ts';
import { acceptsOrder, compileComparison } from './compile-comparison.ts';
import { compilePatternTest } from './compile-pattern-test.ts';
import { equalUnordered } from './equal-unordered.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { ValueTest } from './match-path.ts';

/** A comparison whose strings compare by a collation, those within objects and arrays too; patterns do not. */
export function compileCollated(
  leaf: CompareLeaf | InLeaf,
  compareText: CompareText,
  context: EvaluationContext,
): ValueTest {
  if (leaf.kind === 'compare') return compileOne(leaf.op, leaf.value, compareText, context);
  const tests = [
    ...leaf.values.map((value) => compileOne('eq', value, compareText, context)),
    ...leaf.patterns.map((pattern) => compilePatternTest(pattern, context.budget)),
  ];
  return (value) => {
    context.budget.spend(tests.length);
    return tests.some((test) => test(value));
  };
}

function compileOne(
  op: CompareOperator,
  operand: Value,
  compareText: CompareText,
  context: EvaluationContext,
): ValueTest {
  const rank = typeRank(operand);
  if (rank !== textRank && rank !== objectRank && rank !== arrayRank) return compileComparison(op, operand);
  const same = context.keyOrder === 'ignored' ? equalUnordered : equalValues;
  if (op === 'eq') return (value) => typeRank(value) === rank && same(value, operand, compareText);
  const accepts = acceptsOrder[op];
  return (value) => typeRank(value) === rank && accepts(compareValues(value, operand, compareText));
}

const textRank = typeRank('');
const objectRank = typeRank({});
const arrayRank = typeRank([]);
