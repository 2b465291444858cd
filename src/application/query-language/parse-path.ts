import { invalidRequest } from '../../domain/errors.ts';
import type { Path } from '../../domain/query/path.ts';
import type { ParseOptions } from './parse-options.ts';

const maxPathLength = 1024;
const maxPathSegments = 255;

/** A dotted path with its short forms resolved; rejects empty segments, NUL and `$`-segments. */
export function parsePath(source: string, options: ParseOptions): Path {
  const segments = splitPath(source, options);
  if (segments.includes('')) throw invalidRequest('a path has no empty segments', options.path);
  return segments;
}

/**
 * A path as a filter takes it: MongoDB lets a filter ask for fields with an empty name.
 * @throws INVALID_REQUEST for NUL, `$`-segments and paths that are too long.
 */
export function splitPath(source: string, options: ParseOptions): Path {
  const segments = readPath(source, options);
  if (segments.some((segment) => segment.startsWith('$') && !dbRefFields.has(segment)))
    throw invalidRequest(`a segment of a path does not start with $: ${source}`, options.path);
  return segments;
}

/**
 * A path as `distinct` takes it: any field's, also one whose name starts with `$`.
 * @throws INVALID_REQUEST for NUL and paths that are too long.
 */
export function readPath(source: string, options: ParseOptions): Path {
  const segments = source.split('.');
  if (source.length > maxPathLength || segments.length > maxPathSegments)
    throw invalidRequest(
      `a path has at most ${maxPathSegments} segments and ${maxPathLength} characters`,
      options.path,
    );
  if (source.includes('\0')) throw invalidRequest('a path holds no NUL', options.path);
  return options.shortNames ? resolveShortNames(segments) : segments;
}

/** The fields of a reference between documents, the only ones of MongoDB's own that start with `$`. */
export const dbRefFields: ReadonlySet<string> = new Set(['$ref', '$id', '$db']);

const shortNames: ReadonlyMap<string, string> = new Map([
  ['id', '_id'],
  ['created_at', '_created_at'],
  ['updated_at', '_updated_at'],
]);

/** `id` is `_id`; `data.id` is the data field that the short name hides. Other paths mean themselves. */
function resolveShortNames(segments: readonly string[]): Path {
  const [first = '', second] = segments;
  const system = shortNames.get(first);
  if (system !== undefined) return [system, ...segments.slice(1)];
  return first === 'data' && second !== undefined && shortNames.has(second) ? segments.slice(1) : segments;
}
