import type { Expression } from '../../../domain/query/expression.ts';
import type { AccumulatorField } from '../../../domain/query/stage.ts';

/**
 * The top-level fields of the document that expressions look at, each once; undefined when they may look at all of it
 * (`$$ROOT`).
 */
export function expressionFields(expressions: readonly Expression[]): readonly string[] | undefined {
  const names = new Set<string>();
  return expressions.every((expression) => collect(expression, names)) ? [...names] : undefined;
}

/** As `expressionFields`, of a `$group`. */
export function groupFields(
  id: Expression,
  accumulators: readonly AccumulatorField[],
): readonly string[] | undefined {
  const sorted = accumulators.flatMap(({ sortBy }) => (sortBy ?? []).map(({ path }) => path[0] ?? ''));
  const used = expressionFields([id, ...accumulators.flatMap(({ args }) => Object.values(args))]);
  return used && [...new Set([...used, ...sorted])];
}

function collect(expression: Expression, names: Set<string>): boolean {
  switch (expression.kind) {
    case 'literal':
      return true;
    case 'variable': {
      if (expression.name !== 'CURRENT' && expression.name !== 'ROOT') return true;
      const [first] = expression.path;
      if (first === undefined) return false;
      names.add(first);
      return true;
    }
    case 'object':
      return expression.fields.every(([, field]) => collect(field, names));
    case 'array':
      return expression.items.every((item) => collect(item, names));
    case 'call':
      return [...expression.args, ...Object.values(expression.named)].every((one) => collect(one, names));
  }
}
