import type { Value } from '../value/value.ts';
import type { ExpressionOperator } from './expression-operator.ts';
import type { Path } from './path.ts';

/** An aggregation expression. Plain data; `call` arguments are already checked for number and names. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  /** `$a.b` is variable CURRENT, path a.b; `$$ROOT`, `$$NOW`, `$$this.x` likewise. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: Path }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | ExpressionCall;

/** `args` in order for positional operators, `named` for those that take an object (`$filter`, `$dateToString`…). */
export interface ExpressionCall {
  readonly kind: 'call';
  readonly operator: ExpressionOperator;
  readonly args: readonly Expression[];
  readonly named: Readonly<Record<string, Expression>>;
  /** Names that an operator binds (`$let`, `$map`, `$filter`, `$reduce`), in order of binding. */
  readonly binds: readonly string[];
}
