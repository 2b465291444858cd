import type { Value } from '../../value/value.ts';
import { isArray, isObject, ownField } from '../../value/value-type.ts';
import { compareValues } from '../compare-values.ts';
import { asInt } from './numbers.ts';
import {
  type CompiledCall,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  operandError,
  typeError,
} from './operator-compiler.ts';

type SortArrayOperator = '$firstN' | '$lastN' | '$maxN' | '$minN' | '$sortArray';

/** Operators that order the elements of an array, or take some from its ends. */
export const sortArrayOperators: Readonly<Record<SortArrayOperator, OperatorCompiler>> = {
  $firstN: some((array, n) => array.slice(0, n)),
  $lastN: some((array, n) => array.slice(-n)),
  $maxN: some((array, n) => ordered(array).reverse().slice(0, n)),
  $minN: some((array, n) => ordered(array).slice(0, n)),
  $sortArray: eagerNamed(({ input, sortBy }, call) => {
    if (isNullish(input)) return null;
    if (!isArray(input)) throw typeError(call, 'an array as its input', input);
    spendSorting(input, call);
    return input.toSorted(comparator(sortBy));
  }),
};

function some(take: (array: readonly Value[], n: number) => readonly Value[]): OperatorCompiler {
  return eagerNamed(({ n, input }: NamedValues, call) => {
    const count = asInt(n);
    if (count === undefined || count < 1) throw operandError(call, 'takes an integer ≥ 1 as n');
    if (!isArray(input)) throw typeError(call, 'an array as its input', input);
    spendSorting(input, call);
    return take(input, count);
  });
}

function ordered(array: readonly Value[]): Value[] {
  return array.filter((element) => element !== null).sort(compareValues);
}

function spendSorting(array: readonly Value[], call: CompiledCall): void {
  call.context.budget.spend(array.length * Math.ceil(Math.log2(array.length + 1)));
}

type Comparator = (a: Value, b: Value) => number;

/** By the elements themselves, or by fields of theirs; unlike in `$sort`, arrays count as a whole. */
function comparator(sortBy: Value | undefined): Comparator {
  if (!isObject(sortBy)) return (a, b) => compareValues(a, b) * Number(sortBy);
  const fields = Object.entries(sortBy).map(([name, direction]) => ({
    path: name.split('.'),
    direction: Number(direction),
  }));
  return (a, b) => {
    for (const { path, direction } of fields) {
      const order = compareValues(fieldAt(a, path), fieldAt(b, path));
      if (order !== 0) return order * direction;
    }
    return 0;
  };
}

function fieldAt(element: Value, path: readonly string[]): Value | undefined {
  let value: Value | undefined = element;
  for (const name of path) value = isObject(value) ? ownField(value, name) : undefined;
  return value;
}
