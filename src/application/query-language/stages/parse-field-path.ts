import { invalidRequest } from '../../../domain/errors.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';
import { parsePath } from '../parse-path.ts';

/** The depth that MongoDB allows a field path in a pipeline. */
const maxSegments = 200;

/** A dotted path as stages write it: of the flat view, without short names. */
export function parseFieldPath(source: Json | undefined, options: ParseOptions): Path {
  if (typeof source !== 'string' || source === '') throw invalidRequest('must be a field path', options.path);
  const path = parsePath(source, { ...options, shortNames: false });
  if (path.length > maxSegments)
    throw invalidRequest(`a path has at most ${maxSegments} parts`, options.path);
  if (path.some((segment) => segment.startsWith('$')))
    throw invalidRequest("field names may not start with '$'", options.path);
  return path;
}
