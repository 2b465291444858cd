import { RE2JS } from 're2js';
import type { Pattern } from '../query/filter.ts';
import { translatePattern } from './translate-pattern.ts';

/** A pattern ready to be searched for in strings, in time linear in their length; or why it cannot be. */
export type CompiledPattern =
  | { readonly test: (text: string) => boolean; readonly regex: RE2JS }
  | { readonly problem: string };

/** Longest pattern, as MongoDB's engine has it. */
export const maxPatternLength = 16_384;

/**
 * Compiles MongoDB's (PCRE's) pattern for RE2. Look-ahead, back-references, atomic groups and possessive quantifiers are
 * refused: they need backtracking, whose time may grow exponentially with the text.
 */
export function compilePattern(pattern: Pattern): CompiledPattern {
  if (pattern.pattern.length > maxPatternLength)
    return { problem: `a regular expression has at most ${maxPatternLength} characters` };
  const translated = translatePattern(pattern);
  if ('problem' in translated) return translated;
  if (repetitions(translated.source) > maxProgramSize) return tooLarge;
  try {
    const regex = RE2JS.compile(translated.source, engineFlags(translated.flags));
    if (regex.programSize() > maxProgramSize) return tooLarge;
    return { test: plainTest(pattern) ?? ((text) => regex.test(text)), regex };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'malformed' };
  }
}

/** Most instructions of a compiled pattern: the time per character grows with them. */
const maxProgramSize = 20_000;
const tooLarge = { problem: 'it is too large once its repetitions are written out' };

/** What the counted repetitions add up to, known before the work of compiling them. */
function repetitions(source: string): number {
  let sum = 0;
  for (const [, least = '', most = ''] of source.matchAll(/\{(\d{1,9})(?:,(\d{0,9}))?\}/g))
    sum += Math.max(Number(least), Number(most));
  return sum;
}

function engineFlags(flags: string): number {
  let bits = RE2JS.LOOKBEHINDS;
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= RE2JS.MULTILINE;
  if (flags.includes('s')) bits |= RE2JS.DOTALL;
  return bits;
}

/** Patterns without any syntax are found by the string functions, many times faster. */
function plainTest(pattern: Pattern): ((text: string) => boolean) | undefined {
  const match = /^(\^?)([^\\^$.|?*+()[\]{}]*)$/u.exec(pattern.pattern);
  if (match === null || /[imx]/.test(pattern.flags)) return undefined;
  const [, anchor, literal = ''] = match;
  return anchor === '^' ? (text) => text.startsWith(literal) : (text) => text.includes(literal);
}
