import type { Pipeline } from '../../domain/query/stage.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

export function parsePipeline(_source: Json, _options: ParseOptions): Pipeline {
  throw new Error('not written yet');
}
