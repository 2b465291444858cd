import { parseJson } from '../../domain/document/parse-json.ts';
import { invalidRequest } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';
import { checkDepth } from './parse-body.ts';

const maxQueryDepth = 100;

/** The JSON object of a query parameter. */
export function parseQueryJson(text: string, name: string): Json {
  checkDepth(text, maxQueryDepth, name);
  const value = parseJson(text, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest('expected a JSON object', name);
  return value;
}

/** A query parameter that is either JSON or one of the short forms, which never start with a brace. */
export function parseQueryForm(text: string, name: string): Json {
  return text.trimStart().startsWith('{') ? parseQueryJson(text, name) : text;
}
