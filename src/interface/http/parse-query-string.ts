import { invalidRequest } from '../../domain/errors.ts';

/**
 * The parameters of a query string (`+` is a space). Each at most once: which of two would count is a guess. Rejects
 * with INVALID_REQUEST, also for escapes that are not valid UTF-8, which `URLSearchParams` would replace in silence.
 */
export function parseQueryString(text: string): Readonly<Record<string, string>> {
  const pairs = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals === -1 ? part : part.slice(0, equals), 'query');
    if (pairs.has(name)) throw invalidRequest('the parameter is given twice', name);
    pairs.set(name, equals === -1 ? '' : decode(part.slice(equals + 1), name));
  }
  return Object.fromEntries(pairs);
}

/** One segment of a path, decoded once: `a%2Fb` is `a/b`, `%252F` is `%2F`. */
export function decodeSegment(segment: string, name: string): string {
  if (!segment.includes('%')) return segment;
  return decodeEscapes(segment, name);
}

function decode(text: string, name: string): string {
  return decodeEscapes(text.replaceAll('+', ' '), name);
}

function decodeEscapes(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidRequest('malformed percent-encoding', name);
  }
}
