import { invalidRequest } from '../errors.ts';
import type { Pattern } from '../query/filter.ts';
import { RegexValue } from '../value/bson.ts';
import { compilePattern } from './compile-pattern.ts';
import type { EvaluationBudget } from './evaluation-context.ts';
import type { ValueTest } from './match-path.ts';

/**
 * Strings in which the pattern is found, and the same regular expression as a value. INVALID_REQUEST when it cannot run;
 * each kibibyte that it looks through costs a step of the budget.
 */
export function compilePatternTest(pattern: Pattern, budget: EvaluationBudget): ValueTest {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) throw invalidRequest(`regular expression: ${compiled.problem}`, 'filter');
  return (value) => {
    if (typeof value !== 'string')
      return (
        value instanceof RegexValue && value.pattern === pattern.pattern && value.flags === pattern.flags
      );
    if (value.length >= 1024) budget.spend(value.length >>> 10);
    return compiled.test(value);
  };
}
