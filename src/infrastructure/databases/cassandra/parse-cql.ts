import { invalidRequest } from '../../../domain/errors.ts';

/** What a CQL statement is, as far as permission needs it. */
export interface CqlStatement {
  /** Its first word, in upper case. */
  readonly verb: string;
  /** Every name in it: unquoted ones in lower case, quoted ones as they are. */
  readonly names: readonly string[];
}

/** Comments, texts ('' and $$), quoted names, words, and anything else one character at a time. */
const token =
  /\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\$\$[\s\S]*?\$\$|"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_]*)|(;)|[\s\S]/g;

/** Reads the words of one statement; rejects with INVALID_REQUEST when there is none, or more than one. */
export function parseCql(text: string): CqlStatement {
  const names: string[] = [];
  let verb: string | undefined;
  let ended = false;
  for (const [matched, quoted, word, end] of text.matchAll(token)) {
    if (/^(\s|--|\/\/|\/\*)/.test(matched) && matched !== '/*') continue;
    if (ended) throw invalidRequest('only one statement can be run at a time', 'query');
    if (end !== undefined) ended = true;
    verb ??= word?.toUpperCase() ?? '';
    if (quoted !== undefined) names.push(quoted.replaceAll('""', '"'));
    if (word !== undefined) names.push(word.toLowerCase());
  }
  if (verb === undefined || verb === '') throw invalidRequest('a CQL statement starts with a word', 'query');
  return { verb, names };
}
