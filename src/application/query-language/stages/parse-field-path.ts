import { invalidRequest } from '../../../domain/errors.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';

/** The depth that MongoDB allows a field path in a pipeline. */
const maxSegments = 200;

/** A dotted path as stages write it: of the flat view, without short names. */
export function parseFieldPath(source: Json | undefined, options: ParseOptions): Path {
  if (typeof source !== 'string' || source === '') throw invalidRequest('must be a field path', options.path);
  const segments = source.split('.');
  if (segments.length > maxSegments)
    throw invalidRequest(`a path has at most ${maxSegments} parts`, options.path);
  for (const segment of segments) {
    if (segment === '') throw invalidRequest('a path may not have an empty part', options.path);
    if (segment.startsWith('$')) throw invalidRequest("field names may not start with '$'", options.path);
    if (segment.includes('\0')) throw invalidRequest('field names may not contain NUL', options.path);
  }
  return segments;
}
