import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { compareValues } from '../compare-values.ts';
import { truthy } from './logic-operators.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  typeError,
  unary,
  type Values,
} from './operator-compiler.ts';

type SetOperator =
  | '$allElementsTrue'
  | '$anyElementTrue'
  | '$setDifference'
  | '$setEquals'
  | '$setIntersection'
  | '$setIsSubset'
  | '$setUnion';

/** Arrays as sets; what they make is in MongoDB's value order, but for a difference, which keeps its own. */
export const setOperators: Readonly<Record<SetOperator, OperatorCompiler>> = {
  $allElementsTrue: unary((array, call) => elements(array, call).every(truthy)),
  $anyElementTrue: unary((array, call) => elements(array, call).some(truthy)),
  $setDifference: eager(([a, b], call) => {
    if (isNullish(a) || isNullish(b)) return null;
    const removed = new ValueSet(elements(b, call), call);
    const seen = new ValueSet(elements(a, call), call);
    return elements(a, call).filter((value) => !removed.has(value) && seen.take(value));
  }),
  $setEquals: eager((args, call) => {
    const [first, ...others] = args.map((arg) => new ValueSet(elements(arg, call), call).values());
    return others.every((other) => compareValues(first, other) === 0);
  }),
  $setIntersection: eager(intersect),
  $setIsSubset: eager(([a, b], call) => {
    const candidates = elements(a, call);
    const all = new ValueSet(elements(b, call), call);
    return candidates.every((value) => all.has(value));
  }),
  $setUnion: eager((args, call) => {
    const joined: Value[] = [];
    for (const arg of args) {
      if (isNullish(arg)) return null;
      for (const value of elements(arg, call)) joined.push(value);
    }
    return new ValueSet(joined, call).values();
  }),
};

function intersect(args: Values, call: CompiledCall): Value {
  let common: readonly Value[] | undefined;
  for (const arg of args) {
    if (isNullish(arg)) return null;
    const set = new ValueSet(elements(arg, call), call);
    common = common === undefined ? set.values() : common.filter((value) => set.has(value));
  }
  return common ?? [];
}

function elements(value: Value | undefined, call: CompiledCall): readonly Value[] {
  if (!isArray(value)) throw typeError(call, 'arrays', value);
  call.context.budget.spend(value.length);
  return value;
}

/** Distinct values in order, found by halving. */
class ValueSet {
  readonly #sorted: Value[] = [];
  readonly #taken = new Set<number>();

  constructor(values: readonly Value[], call: CompiledCall) {
    call.context.budget.spend(values.length * Math.ceil(Math.log2(values.length + 1)));
    for (const value of values.toSorted(compareValues)) {
      const last = this.#sorted.at(-1);
      if (last === undefined || compareValues(last, value) !== 0) this.#sorted.push(value);
    }
  }

  values(): readonly Value[] {
    return this.#sorted;
  }

  has(value: Value): boolean {
    return this.#indexOf(value) >= 0;
  }

  /** Whether the value is in the set and is taken for the first time. */
  take(value: Value): boolean {
    const index = this.#indexOf(value);
    if (index < 0 || this.#taken.has(index)) return false;
    this.#taken.add(index);
    return true;
  }

  #indexOf(value: Value): number {
    let low = 0;
    let high = this.#sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = compareValues(this.#sorted[middle], value);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
