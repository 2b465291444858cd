import type { Path } from '../../domain/query/path.ts';
import type { ParseOptions } from './parse-options.ts';

/** A dotted path with its short forms resolved; rejects empty segments, NUL and `$`-segments. */
export function parsePath(_source: string, _options: ParseOptions): Path {
  throw new Error('not written yet');
}
