import type { Value } from '../../value/value.ts';
import { isObject } from '../../value/value-type.ts';
import { compareSortKeys, sortKey } from '../sort-key.ts';
import { type AccumulatorCompiler, argument } from './accumulator.ts';
import { countArgument } from './count-argument.ts';

interface Ranked {
  readonly key: readonly (Value | undefined)[];
  readonly output: Value;
}

/** `$top`, `$bottom` (one value) and `$topN`, `$bottomN` (an array), in the order of `sortBy`. */
export function compileOrdered(end: 'first' | 'last', many: boolean): AccumulatorCompiler {
  return (call) => {
    const output = argument(call, 'output');
    const sort = call.sortBy ?? [];
    const compare = (a: Ranked, b: Ranked) => compareSortKeys(a.key, b.key, sort);
    return (group) => {
      const n = many ? countArgument(call, group) : 1;
      let ranked: Ranked[] = [];
      const prune = () => {
        call.context.budget.spend(ranked.length);
        ranked.sort(compare);
        ranked = end === 'first' ? ranked.slice(0, n) : ranked.slice(-n);
      };
      return {
        add: (scope) => {
          const document = scope.get('ROOT');
          if (ranked.length < n) call.held.add(1);
          ranked.push({
            key: sortKey(isObject(document) ? document : {}, sort),
            output: output(scope) ?? null,
          });
          if (ranked.length >= 2 * n + 16) prune();
        },
        value: () => {
          prune();
          const values = ranked.map((entry) => entry.output);
          return many ? values : (values[0] ?? null);
        },
      };
    };
  };
}
