import type { Update } from '../../domain/query/update.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

/** Update operators, an update pipeline, or a plain object whose fields are set (semantics.md §5). */
export function parseUpdate(_source: Json, _arrayFilters: Json | undefined, _options: ParseOptions): Update {
  throw new Error('not written yet');
}
