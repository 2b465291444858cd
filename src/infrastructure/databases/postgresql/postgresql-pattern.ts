import type { Pattern } from '../../../domain/query/filter.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';

/**
 * A pattern in PostgreSQL's own regular expressions, where both mean the same; undefined elsewhere. Only constructs on
 * whose meaning PCRE, RE2 and POSIX agree for the question "does it match": literals, `.`, ASCII classes, groups,
 * alternation, greedy or lazy quantifiers, and anchors at the ends.
 * https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-POSIX-REGEXP
 */
export function nativePattern(pattern: Pattern): ((text: SqlFragment) => SqlFragment) | undefined {
  const literal = literalPattern(pattern);
  if (literal !== undefined) {
    const { text: wanted, anchored } = literal;
    return (text) =>
      anchored ? sql`starts_with(${text}, ${wanted})` : sql`(strpos(${text}, ${wanted}) > 0)`;
  }
  const translated = translate(pattern);
  return translated === undefined ? undefined : (text) => sql`(${text} COLLATE "C" ~ ${translated})`;
}

/** What every match starts with, or what it is anywhere: a pattern without syntax but a `^` in front. */
export function literalPattern({ pattern, flags }: Pattern): { text: string; anchored: boolean } | undefined {
  if (flags !== '') return undefined;
  const match = /^(\^?)((?:[^\\^$.|?*+()[\]{}]|\\[\\^$.|?*+()[\]{}\-/ @_])*)$/u.exec(pattern);
  const [, anchor, written = ''] = match ?? [];
  const text = written.replace(/\\([\s\S])/gu, '$1');
  return match === null || !isStorableText(text) ? undefined : { text, anchored: anchor === '^' };
}

const longest = 500;
const mostRepetitions = 255;
/** Directives for PostgreSQL: `(?p)` is partial newline sensitivity: `.` and `[^…]` do not match a newline, as PCRE's `.`. */
const piece =
  /^(?:\\[dDwWsS]|\\[^A-Za-z0-9\s]|\\[ntrf]|\[\^?(?:[A-Za-z0-9 _.,:;/@#%&=!<>~"'+*?$()|{}-]|\\[dws]|\\[\\\].^$*+?()[{}|/-])+\]|\(\?:|\(|\)|\{\d{1,3}(?:,\d{0,3})?\}\??|[*+?]\??|[.|]|[^\\^$.|?*+()[\]{}])/u;

function translate({ pattern, flags }: Pattern): string | undefined {
  if (flags !== '' && flags !== 's' && flags !== 'i') return undefined;
  if (pattern.length > longest || !isStorableText(pattern) || (flags === 'i' && !isAscii(pattern)))
    return undefined;
  const start = pattern.startsWith('^') ? 1 : 0;
  let rest = pattern.slice(start);
  if (start === 1 && hasTopLevelAlternation(rest)) return undefined;
  let output = '';
  let depth = 0;
  while (rest !== '') {
    if (rest === '$')
      return hasTopLevelAlternation(pattern) || depth > 0
        ? undefined
        : wrapped(start, `${output}\\n?$`, flags);
    const [part] = piece.exec(rest) ?? [];
    if (part === undefined) return undefined;
    const written = rewrite(part, flags);
    if (written === undefined || isDoubleQuantifier(output, part)) return undefined;
    if (part === '(' || part === '(?:') depth += 1;
    if (part === ')') depth -= 1;
    if (depth < 0) return undefined;
    output += written;
    rest = rest.slice(part.length);
  }
  return depth === 0 ? wrapped(start, output, flags) : undefined;
}

function wrapped(start: number, body: string, flags: string): string | undefined {
  // Case is folded for ASCII only under COLLATE "C"; PCRE and RE2 fold k and s also with U+212A and U+017F.
  if (flags === 'i' && /[ks]/i.test(body)) return undefined;
  return `***:(?${flags === 'i' ? 'i' : ''}s)${start === 1 ? '^' : ''}${body}`;
}

const classes: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: ' \\t\\n\\f\\r\\v' };

function rewrite(part: string, flags: string): string | undefined {
  if (part === '(') return '(?:';
  if (part === '.') return flags === 's' ? '.' : '[^\\n]';
  if (part.startsWith('[')) return rewriteClass(part);
  if (part.startsWith('{')) return repetition(part);
  if (!part.startsWith('\\')) return part;
  const name = part.charAt(1);
  const lower = name.toLowerCase();
  if (classes[lower] !== undefined && /[a-z]/i.test(name))
    return `[${name === lower ? '' : '^'}${classes[lower]}]`;
  return part;
}

function rewriteClass(part: string): string | undefined {
  if (/[A-Za-z0-9]-\\|\\[dws]-/.test(part) || /^\[\^?-?\]/.test(part)) return undefined;
  const ranges = [...part.matchAll(/(.)-(.)/g)];
  if (
    ranges.some(([, from = '', to = '']) => from > to || !/[A-Za-z0-9]/.test(from) || !/[A-Za-z0-9]/.test(to))
  )
    return undefined;
  return part.replace(/\\([dws])/g, (_, name: string) => classes[name] ?? '');
}

function repetition(part: string): string | undefined {
  const [, least = '', most = ''] = /^\{(\d+)(?:,(\d*))?/.exec(part) ?? [];
  const [low, high] = [Number(least), most === '' ? Number(least) : Number(most)];
  return low <= high && high <= mostRepetitions ? part : undefined;
}

function isDoubleQuantifier(output: string, part: string): boolean {
  if (!/^[*+?{]/.test(part)) return false;
  return (
    output === '' || /(^|[^\\])(\(\?:|\|)$/.test(output) || /[*+?}]\??$/.test(output.replace(/\\./g, ''))
  );
}

/** A `|` outside of every group: an anchor beside it would belong to one branch only. */
function hasTopLevelAlternation(pattern: string): boolean {
  let depth = 0;
  for (const [part] of pattern.matchAll(/\\[\s\S]|\[(?:\\.|[^\]\\])*\]|[\s\S]/gu)) {
    if (part === '(') depth += 1;
    else if (part === ')') depth -= 1;
    else if (part === '|' && depth === 0) return true;
  }
  return false;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
