import { invalidRequest } from '../errors.ts';
import type { Pattern } from '../query/filter.ts';
import { RegexValue } from '../value/bson.ts';
import { compilePattern } from './compile-pattern.ts';
import type { ValueTest } from './match-path.ts';

/** Strings in which the pattern is found, and the same regular expression as a value. INVALID_REQUEST when it cannot run. */
export function compilePatternTest(pattern: Pattern): ValueTest {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) throw invalidRequest(`regular expression: ${compiled.problem}`, 'filter');
  return (value) =>
    typeof value === 'string'
      ? compiled.test(value)
      : value instanceof RegexValue && value.pattern === pattern.pattern && value.flags === pattern.flags;
}
