import { invalidRequest } from '../../domain/errors.ts';
import { compilePattern } from '../../domain/evaluation/compile-pattern.ts';
import type { Filter, Pattern } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { ParseOptions } from './parse-options.ts';
import { type ParseScope, spendNodes } from './parse-scope.ts';

/** A regular expression that the service can run, its flags (any of `imsxu`) sorted; anything else is INVALID_REQUEST. */
export function parsePattern(pattern: string, flags: string, options: ParseOptions | ParseScope): Pattern {
  if (pattern.includes('\0')) throw invalidRequest('a regular expression holds no NUL', options.path);
  if (!/^[imsxu]*$/.test(flags))
    throw invalidRequest('the options of a regular expression are i, m, s, x and u', options.path);
  const parsed = { pattern, flags: [...new Set(flags)].sort().join('') };
  const compiled = compilePattern(parsed);
  if ('problem' in compiled) throw invalidRequest(`regular expression: ${compiled.problem}`, options.path);
  if ('allowance' in options) spendNodes(options, 16 + (compiled.regex.programSize() >> 3));
  return parsed;
}

export function patternFilter(path: Path, pattern: Pattern): Filter {
  return { kind: 'regex', path, ...pattern };
}
