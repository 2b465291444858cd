import type { Pattern } from '../query/filter.ts';

/** A pattern in RE2's syntax, or why RE2 cannot run it. */
export type TranslatedPattern =
  | { readonly source: string; readonly flags: string }
  | { readonly problem: string };

/**
 * Rewrites a pattern of PCRE (MongoDB's engine) for RE2, which matches in linear time: `$` also stands before a last
 * newline, `\Z`, `\h`, `\R` and `\N` are spelled out, free spacing (`x`) is taken out, `\K` goes (it moves only the start of what
 * was found, not whether something is). What needs backtracking is a problem.
 * https://www.pcre.org/current/doc/html/pcre2syntax.html · https://github.com/google/re2/wiki/Syntax
 */
export function translatePattern(pattern: Pattern): TranslatedPattern {
  const verbs = /^(?:\(\*[A-Z_0-9=]+\))*/.exec(pattern.pattern)?.[0] ?? '';
  const unknown = verbs.match(/\(\*[^)]*\)/g)?.find((verb) => !knownVerbs.has(verb));
  if (unknown !== undefined) return { problem: `${unknown} is not supported` };
  const inline = /^\(\?([imsx]+)\)/.exec(pattern.pattern.slice(verbs.length));
  const flags = pattern.flags + (inline?.[1] ?? '');
  const body = pattern.pattern.slice(verbs.length + (inline?.[0].length ?? 0));
  if (hasVariableLookBehind(body)) return { problem: 'a look-behind needs a fixed length' };
  const source = rewrite(body, {
    extended: flags.includes('x'),
    multiline: flags.includes('m'),
    unicode: verbs.includes('(*UCP)'),
  });
  return typeof source === 'string' ? { source, flags } : source;
}

const knownVerbs: ReadonlySet<string> = new Set(['(*UCP)', '(*UTF)', '(*UTF8)']);

/** PCRE looks back only by a length that it knows; a nested group counts by its own quantifiers. */
function hasVariableLookBehind(body: string): boolean {
  const groups: boolean[] = [];
  for (const [part] of body.matchAll(lookBehindToken)) {
    if (part.startsWith('(')) groups.push(part.startsWith('(?<') || groups.at(-1) === true);
    else if (part === ')') groups.pop();
    else if (groups.at(-1) === true && /^(?:[*+?]|\{\d*,\d*\})$/.test(part)) return true;
  }
  return false;
}

const lookBehindToken = /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*(?:\]|$)|\(\?<[=!]|\(\??|\{\d*,\d*\}|[\s\S]/gu;

interface Mode {
  readonly extended: boolean;
  readonly multiline: boolean;
  /** `\w`, `\d`, `\s` and POSIX classes mean Unicode's. */
  readonly unicode: boolean;
}
interface Problem {
  readonly problem: string;
}

/** What a character or class of characters looks like at one position; the rest is copied character by character. */
const token =
  /\\(?:Q[\s\S]*?(?:\\E|$)|[pP]\{\^?\w+\}|x\{[0-9A-Fa-f]+\}|k[<{'][^>}']*(?:[>}']|$)|g\{?[^}\s]*\}?|[\s\S])|\[\^?\]?(?:\[:\^?\w+:\]|\\[pP]\{\^?\w+\}|\\[\s\S]|[^\]\\])*(?:\]|$)|\(\?(?:#[^)]*(?:\)|$)|>|\||R\)|[+-]?\d+\)|&|P>|P=|\()|[*+?}]\+|[\s\S]/gu;

function rewrite(body: string, mode: Mode): string | Problem {
  let source = '';
  let inComment = false;
  for (const [part] of body.matchAll(token)) {
    if (inComment) {
      inComment = part !== '\n';
      continue;
    }
    if (mode.extended && part === '#') inComment = true;
    else if (!(mode.extended && /^\s$/.test(part))) {
      const written = rewritePart(part, mode);
      if (typeof written !== 'string') return written;
      source += written;
    }
  }
  return source;
}

function rewritePart(part: string, mode: Mode): string | Problem {
  if (part === '$') return mode.multiline ? '$' : '(?:\\n?\\z)';
  if (part.startsWith('\\')) return rewriteEscape(part, mode);
  if (part.length > 1 && part.startsWith('[')) return rewriteClass(part, mode);
  if (part.startsWith('(?#')) return '';
  if (part.startsWith('(?')) return { problem: `${part} needs backtracking, which is not supported` };
  if (/^[*+?}]\+$/.test(part)) return { problem: 'possessive quantifiers are not supported' };
  return part;
}

function rewriteEscape(part: string, mode: Mode): string | Problem {
  const name = part.charAt(1);
  if (/[1-9kg]/.test(name)) return { problem: 'back-references are not supported' };
  if (mode.unicode && (name === 'b' || name === 'B'))
    return { problem: `\\${name} with (*UCP) is not supported` };
  if (mode.unicode && Object.hasOwn(unicodeEscapes, name)) return unicodeEscapes[name] ?? part;
  if (Object.hasOwn(spelledOut, name)) return spelledOut[name] ?? part;
  if (name > '\x7f') return part.slice(1);
  if (/[GXyY]/.test(name)) return { problem: `\\${name} is not supported` };
  return part;
}

/** PCRE's escapes that RE2 lacks. */
const spelledOut: Readonly<Record<string, string>> = {
  K: '',
  Z: '(?:\\n?\\z)',
  e: '\\x1b',
  h: '[\\t\\x{20}\\x{a0}\\x{1680}\\x{180e}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}]',
  H: '[^\\t\\x{20}\\x{a0}\\x{1680}\\x{180e}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}]',
  N: '[^\\n]',
  R: '(?:\\r\\n|[\\n\\x{b}\\f\\r\\x{85}\\x{2028}\\x{2029}])',
  s: '[\\t\\n\\x{b}\\f\\r ]',
  S: '[^\\t\\n\\x{b}\\f\\r ]',
  V: '[^\\n\\x{b}\\f\\r\\x{85}\\x{2028}\\x{2029}]',
  v: '[\\n\\x{b}\\f\\r\\x{85}\\x{2028}\\x{2029}]',
};

const unicodeEscapes: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: '[\\t\\n\\x{b}\\f\\r\\p{Z}]',
  S: '[^\\t\\n\\x{b}\\f\\r\\p{Z}]',
  w: '[\\p{L}\\p{N}\\p{Mn}\\p{Pc}]',
  W: '[^\\p{L}\\p{N}\\p{Mn}\\p{Pc}]',
};

/** Inside brackets the same escapes stand without brackets of their own; a first `]` is a literal. */
function rewriteClass(part: string, mode: Mode): string | Problem {
  if (!closedClass.test(part)) return { problem: 'missing closing ]' };
  const negated = part.startsWith('[^');
  const members = part.slice(negated ? 2 : 1, -1);
  const written = members.replace(/^\]/, '\\]').replace(classToken, (found, posix: string | undefined) => {
    if (posix !== undefined) return (mode.unicode && unicodePosix.get(posix)) || found;
    const name = found.charAt(1);
    const escapes = mode.unicode && Object.hasOwn(unicodeEscapes, name) ? unicodeEscapes : spelledOut;
    const spelled = Object.hasOwn(escapes, name) ? (escapes[name] ?? found) : found;
    if (/^\[[^^]/.test(spelled)) return spelled.slice(1, -1);
    if (name === 'b') return '\\x08';
    return found === '['
      ? '\\['
      : spelled.startsWith('[') || spelled.startsWith('(')
        ? found
        : spelled || found;
  });
  return `[${negated ? '^' : ''}${written}]`;
}

const closedClass = /^\[\^?\]?(?:\[:\^?\w+:\]|\\[pP]\{\^?\w+\}|\\[\s\S]|[^\]\\])*\]$/u;
const classToken = /\[:\^?(\w+):\]|\\[\s\S]|\[/gu;
const unicodePosix: ReadonlyMap<string, string> = new Map([
  ['alpha', '\\p{L}'],
  ['lower', '\\p{Ll}'],
  ['upper', '\\p{Lu}'],
  ['digit', '\\p{Nd}'],
  ['alnum', '\\p{L}\\p{N}'],
  ['word', '\\p{L}\\p{N}\\p{Mn}\\p{Pc}'],
  ['punct', '\\p{P}'],
]);
