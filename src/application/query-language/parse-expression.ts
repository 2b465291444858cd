import type { Expression } from '../../domain/query/expression.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

/** @param variables user variables that are bound where the expression stands, besides the system's. */
export function parseExpression(
  _source: Json,
  _options: ParseOptions,
  _variables: ReadonlySet<string> = new Set(),
): Expression {
  throw new Error('not written yet');
}
