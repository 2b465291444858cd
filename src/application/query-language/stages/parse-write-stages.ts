import { invalidRequest } from '../../../domain/errors.ts';
import type { StageBody } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseFieldPath } from './parse-field-path.ts';
import { collectionAt } from './parse-nested-stages.ts';
import { below, fieldsAt, type StagePlace } from './stage-place.ts';

/** Into a collection of the same database. https://www.mongodb.com/docs/manual/reference/operator/aggregation/out/ */
export function parseOut(source: Json, place: StagePlace): StageBody {
  collectionAt(source, place);
  return { kind: 'out' };
}

const whenMatched: readonly Json[] = ['replace', 'keepExisting', 'merge', 'fail'];
const whenNotMatched: readonly Json[] = ['insert', 'discard', 'fail'];

/**
 * Into a collection of the same database; without variables, and without a pipeline for what is there already.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/merge/
 */
export function parseMerge(source: Json, place: StagePlace): StageBody {
  if (typeof source === 'string') {
    collectionAt(source, place);
    return { kind: 'merge' };
  }
  const fields = fieldsAt(source, place, ['into', 'on?', 'whenMatched?', 'whenNotMatched?']);
  collectionAt(fields.into, below(place, '.into'));
  const { on = '_id' } = fields;
  for (const path of Array.isArray(on) ? on : [on]) parseFieldPath(path, below(place, '.on'));
  checkWord(fields.whenMatched, whenMatched, below(place, '.whenMatched'));
  checkWord(fields.whenNotMatched, whenNotMatched, below(place, '.whenNotMatched'));
  return { kind: 'merge' };
}

function checkWord(given: Json | undefined, words: readonly Json[], place: StagePlace): void {
  if (given !== undefined && !words.includes(given))
    throw invalidRequest(`must be one of ${words.join(', ')}`, place.path);
}
