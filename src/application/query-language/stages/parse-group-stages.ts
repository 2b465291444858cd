import { invalidRequest } from '../../../domain/errors.ts';
import { compareValues, typeRank } from '../../../domain/evaluation/compare-values.ts';
import { granularityNames } from '../../../domain/query/granularity.ts';
import type { AccumulatorField, StageBody } from '../../../domain/query/stage.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { isJsonObject } from '../parse-scope.ts';
import { parseAccumulatorFields } from './parse-accumulator.ts';
import { parseConstant } from './parse-constant.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, stringAt, wholeNumberAt } from './stage-place.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/ */
export function parseGroup(source: Json, place: StagePlace): StageBody {
  const object = objectAt(source, place);
  const id = Object.hasOwn(object, '_id') ? object._id : undefined;
  if (id === undefined) throw invalidRequest("misses its field '_id'", place.path);
  return {
    kind: 'group',
    id: expressionAt(id, below(place, '._id')),
    fields: parseAccumulatorFields(object, place, ['_id']),
  };
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucket/ */
export function parseBucket(source: Json, place: StagePlace): StageBody {
  const fields = fieldsAt(source, place, ['groupBy', 'boundaries', 'default?', 'output?']);
  const boundaries = parseBoundaries(fields.boundaries, below(place, '.boundaries'));
  return {
    kind: 'bucket',
    groupBy: parseGroupBy(fields.groupBy, below(place, '.groupBy')),
    boundaries,
    default: parseDefault(fields.default, boundaries, below(place, '.default')),
    output: parseOutput(fields.output, below(place, '.output')),
  };
}

function parseGroupBy(source: Json | undefined, place: StagePlace) {
  const isPath = typeof source === 'string' && source.startsWith('$');
  if (source === undefined || (!isPath && !isJsonObject(source)))
    throw invalidRequest("must be a '$path' or an expression object", place.path);
  return expressionAt(source, place);
}

function parseOutput(source: Json | undefined, place: StagePlace): readonly AccumulatorField[] {
  if (source !== undefined) return parseAccumulatorFields(source, place, []);
  return [
    { name: 'count', accumulator: '$sum', args: { input: { kind: 'literal', value: 1 } }, sortBy: undefined },
  ];
}

function parseBoundaries(source: Json | undefined, place: StagePlace): readonly Value[] {
  if (!Array.isArray(source) || source.length < 2)
    throw invalidRequest('must be an array of at least two values', place.path);
  const values = source.map((item: Json, i) => parseConstant(item, below(place, `[${i}]`)));
  for (let i = 1; i < values.length; i++) {
    if (typeRank(values[i]) !== typeRank(values[0]))
      throw invalidRequest('all boundaries must be of one type', `${place.path}[${i}]`);
    if (compareValues(values[i - 1], values[i]) >= 0)
      throw invalidRequest('boundaries must ascend', `${place.path}[${i}]`);
  }
  return values;
}

function parseDefault(
  source: Json | undefined,
  boundaries: readonly Value[],
  place: StagePlace,
): Value | undefined {
  if (source === undefined) return undefined;
  const value = parseConstant(source, place);
  if (compareValues(value, boundaries[0]) >= 0 && compareValues(value, boundaries.at(-1)) < 0)
    throw invalidRequest('must lie outside the boundaries', place.path);
  return value;
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucketAuto/ */
export function parseBucketAuto(source: Json, place: StagePlace): StageBody {
  const fields = fieldsAt(source, place, ['groupBy', 'buckets', 'output?', 'granularity?']);
  const buckets = wholeNumberAt(fields.buckets, below(place, '.buckets'), 1);
  if (buckets > 2 ** 31 - 1) throw invalidRequest('must fit in 32 bits', `${place.path}.buckets`);
  return {
    kind: 'bucketAuto',
    groupBy: parseGroupBy(fields.groupBy, below(place, '.groupBy')),
    buckets,
    granularity: parseGranularity(fields.granularity, below(place, '.granularity')),
    output: parseOutput(fields.output, below(place, '.output')),
  };
}

function parseGranularity(source: Json | undefined, place: StagePlace): string | undefined {
  if (source === undefined) return undefined;
  const name = stringAt(source, place);
  if (!granularityNames.includes(name))
    throw invalidRequest(`must be one of ${granularityNames.join(', ')}`, place.path);
  return name;
}
