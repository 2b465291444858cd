import { RegexValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { type CompiledPattern, compilePattern } from '../compile-pattern.ts';
import {
  type CompiledCall,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  operandError,
  typeError,
} from './operator-compiler.ts';
import { codePointLength } from './text.ts';

type Regex = Exclude<CompiledPattern, { readonly problem: string }>;
type RegexOperator = '$regexFind' | '$regexFindAll' | '$regexMatch';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/regexFind/ */
export const regexOperators: Readonly<Record<RegexOperator, OperatorCompiler>> = {
  $regexFind: searching(null, (regex, text, call) => findMatches(regex, text, call, 1)[0] ?? null),
  $regexFindAll: searching([], (regex, text, call) => findMatches(regex, text, call, Infinity)),
  $regexMatch: searching(false, (regex, text) => regex.test(text)),
};

function searching(
  nothing: Value,
  search: (regex: Regex, text: string, call: CompiledCall) => Value,
): OperatorCompiler {
  return (call) => {
    const cache = new Map<string, Regex>();
    return eagerNamed((named) => {
      const regex = readRegex(named, call, cache);
      const { input } = named;
      if (isNullish(input)) return nothing;
      if (typeof input !== 'string') throw typeError(call, 'a string as its input', input);
      if (regex === undefined) return nothing;
      call.context.budget.spend(1 + (input.length >> 4));
      return search(regex, input, call);
    })(call);
  };
}

/** The regular expression; undefined when it is null. */
function readRegex(
  { regex, options }: NamedValues,
  call: CompiledCall,
  cache: Map<string, Regex>,
): Regex | undefined {
  if (!isNullish(options) && typeof options !== 'string')
    throw typeError(call, 'a string as its options', options);
  if (isNullish(regex)) return undefined;
  if (typeof regex !== 'string' && !(regex instanceof RegexValue))
    throw typeError(call, 'a string or regular expression as its regex', regex);
  const pattern = typeof regex === 'string' ? regex : regex.pattern;
  const flags = typeof regex === 'string' ? (options ?? '') : flagsOf(regex, options, call);
  return compileCached(pattern, flags, call, cache);
}

function flagsOf(regex: RegexValue, options: string | null | undefined, call: CompiledCall): string {
  if (regex.flags !== '' && !isNullish(options) && options !== '')
    throw operandError(call, 'takes its options from the regular expression or beside it, not both');
  return regex.flags === '' ? (options ?? '') : regex.flags;
}

/** RE2 lacks `\K`; whether there is a match does not depend on it, where it starts does. */
const movesStart = /^(?:[^\\]|\\[^K])*\\K/s;

/** Patterns that come from documents are compiled once per distinct one, a few hundred at a time. */
function compileCached(pattern: string, flags: string, call: CompiledCall, cache: Map<string, Regex>): Regex {
  const key = `${flags}/${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (pattern.includes('\0') || flags.includes('\0')) throw operandError(call, 'takes patterns without NUL');
  if (!/^[imsxu]*$/.test(flags)) throw operandError(call, `has an invalid option: ${flags}`);
  if (call.operator !== '$regexMatch' && movesStart.test(pattern))
    throw operandError(call, 'does not support \\K, which moves the start of a match');
  call.context.budget.spend(1 + pattern.length);
  const compiled = compilePattern({ pattern, flags });
  if ('problem' in compiled) throw operandError(call, `has an invalid pattern: ${compiled.problem}`);
  if (cache.size >= 256) cache.clear();
  cache.set(key, compiled);
  return compiled;
}

/** `{match, idx, captures}`, `idx` in code points; the search does not go on at the very end of the text. */
function findMatches(regex: Regex, text: string, call: CompiledCall, limit: number): readonly Value[] {
  const matcher = regex.regex.matcher(text);
  const found: Value[] = [];
  let counted = 0;
  let idx = 0;
  let resumeAt = -1;
  while (found.length < limit && resumeAt < text.length && matcher.find()) {
    call.context.budget.spend(1 + matcher.groupCount());
    const start = matcher.start();
    idx += codePointLength(text.slice(counted, start));
    counted = start;
    resumeAt = Math.max(matcher.end(), start + 1);
    const captures = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1));
    found.push({ match: matcher.group() ?? '', idx, captures });
  }
  return found;
}
