import type { ValueObject } from '../value/value.ts';
import type { Variables } from './compile-expression.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/**
 * Binds one document after another as ROOT and CURRENT, beside the context's variables. The same map is filled anew
 * for each document, so that a stage allocates none per document: use it before the next document is bound.
 */
export function documentScope(context: EvaluationContext): (document: ValueObject) => Variables {
  const scope = new Map(context.variables);
  return (document) => {
    scope.set('ROOT', document);
    scope.set('CURRENT', document);
    return scope;
  };
}
