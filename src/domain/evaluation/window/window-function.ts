import type { Sort } from '../../query/sort.ts';
import type { WindowField } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import type { AccumulatorCall } from '../accumulators/accumulator.ts';
import type { Variables } from '../compile-expression.ts';
import type { Keyed } from '../stages/sort-stage.ts';

/** One partition in the order of the stage's `sortBy`. */
export type Rows = readonly Keyed[];
/** One value per row. */
export type WindowFunction = (rows: Rows) => readonly (Value | undefined)[];

export interface WindowCall extends AccumulatorCall {
  readonly sort: Sort;
  readonly unit: string | undefined;
  readonly window: WindowField['window'];
  /** Binds a row's document. The scope is good until the next is bound. */
  readonly bind: (row: Keyed) => Variables;
}

export type WindowCompiler = (call: WindowCall) => WindowFunction;

/** The values of an argument, row by row. */
export function column(call: WindowCall, name: string, rows: Rows): readonly (Value | undefined)[] {
  const evaluate = call.args[name];
  call.context.budget.spend(rows.length);
  return evaluate === undefined ? rows.map(() => undefined) : rows.map((row) => evaluate(call.bind(row)));
}
