import { invalidRequest } from '../../domain/errors.ts';
import type { Expression } from '../../domain/query/expression.ts';
import type { Json } from '../../domain/value/value.ts';

/** Where an expression stands while it is parsed: for error paths, scoping and the bound on depth. */
export interface ExpressionPlace {
  readonly path: string;
  /** User variables in scope. */
  readonly variables: ReadonlySet<string>;
  readonly depth: number;
  readonly extendedJson: boolean;
}

/** The recursive entry of the parser, handed to the parsers of single operators. */
export type ParseOperand = (source: Json, place: ExpressionPlace) => Expression;

/** One step down, `suffix` as it is written after the path so far: `.$add[1]`. */
export function inside(place: ExpressionPlace, suffix: string): ExpressionPlace {
  return { ...place, path: place.path + suffix, depth: place.depth + 1 };
}

/** Most user variables that one place may see; every binding operator copies them. */
const maxVariables = 200;

/** The same place with more variables bound. */
export function binding(place: ExpressionPlace, names: readonly string[]): ExpressionPlace {
  const variables = new Set([...place.variables, ...names]);
  if (variables.size > maxVariables)
    throw invalidRequest(`at most ${maxVariables} variables may be bound at once`, place.path);
  return { ...place, variables };
}
