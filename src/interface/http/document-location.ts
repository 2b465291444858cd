import type { Document } from '../../domain/document/document.ts';
import { apiPrefix } from './endpoint.ts';

/** The words that are routes where an id would stand; a test holds them to the routes. */
export const routeWords: ReadonlySet<string> = new Set([
  'aggregate',
  'count',
  'delete-many',
  'distinct',
  'insert',
  'search',
  'update-many',
  'upsert',
  'watch',
  'write',
]);

/**
 * The path of a document. An id that is a route's word has its first letter percent-encoded: routes are matched as they
 * are sent, ids are decoded (`/documents/users/%73earch`).
 */
export function documentLocation({ collection, id }: Document): string {
  return `${apiPrefix}/documents/${collection}/${routeWords.has(id) ? escapedWord(id) : encodeURIComponent(id)}`;
}

function escapedWord(word: string): string {
  return `%${word.charCodeAt(0).toString(16)}${word.slice(1)}`;
}
