import { parseJson } from '../../domain/document/parse-json.ts';
import { invalidRequest } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';

/**
 * A document may be 100 levels deep and stands up to 4 levels inside a body (`operations[0].document.data`); its own
 * depth is checked with the document.
 */
const maxBodyDepth = 104;

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const quote = 0x22;
const backslash = 0x5c;

/** Reads JSON text from a client. Rejects with INVALID_REQUEST before anything recursive sees a deep text. */
export function parseBody(text: string): Json {
  if (text === '') throw invalidRequest('the request needs a JSON body', 'body');
  checkDepth(text);
  return parseJson(text, 'body');
}

/** Counts brackets outside strings: one pass, no recursion. */
export function checkDepth(text: string, maxDepth = maxBodyDepth, path = 'body'): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case openBrace:
      case openBracket:
        depth += 1;
        if (depth > maxDepth) throw invalidRequest(`nested deeper than ${maxDepth} levels`, path);
        break;
      case closeBrace:
      case closeBracket:
        depth -= 1;
        break;
      case quote:
        i = endOfString(text, i + 1);
        break;
      default:
    }
  }
}

/** The position of the quote that ends a string, or of the text's end. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(position - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}
