import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { boundedArray } from './bounded-values.ts';
import { eagerNamed, isNullish, type OperatorCompiler, typeError } from './operator-compiler.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/zip/ */
export const zipOperators: Readonly<Record<'$zip', OperatorCompiler>> = {
  $zip: eagerNamed(({ inputs, defaults, useLongestLength }, call) => {
    const arrays: (readonly Value[])[] = [];
    let hasNull = false;
    for (const input of isArray(inputs) ? inputs : []) {
      if (isNullish(input)) hasNull = true;
      else if (isArray(input)) arrays.push(input);
      else throw typeError(call, 'arrays', input);
    }
    if (hasNull) return null;
    const lengths = arrays.map((array) => array.length);
    const length = useLongestLength === true ? Math.max(...lengths) : Math.min(...lengths);
    call.context.budget.spend(length * arrays.length);
    const fill = isArray(defaults) ? defaults : [];
    const rows = Array.from({ length }, (_, row) =>
      arrays.map((array, column) => array[row] ?? (row < array.length ? null : (fill[column] ?? null))),
    );
    return boundedArray(rows, call.context);
  }),
};
