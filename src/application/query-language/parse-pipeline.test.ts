import { expect, test } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';
import { parsePipeline } from './parse-pipeline.ts';

const options = { path: 'pipeline', shortNames: true, extendedJson: false };

function errorOf(pipeline: Json): ServiceError {
  try {
    parsePipeline(pipeline, options);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error(`no error from ${JSON.stringify(pipeline)}`);
}

const group = (field: Json): Json => [{ $group: { _id: null, total: field } }];
const output = (field: Json): Json => [{ $setWindowFields: { sortBy: { a: 1 }, output: { r: field } } }];

test.each<[string, Json, string]>([
  ['not an array', {}, 'pipeline'],
  ['a stage that is no object', [1], 'pipeline[0]'],
  ['a stage of two', [{ $skip: 1, $limit: 1 }], 'pipeline[0]'],
  ['an unknown stage', [{ $match: {} }, { $grop: {} }], 'pipeline[1].$grop'],
  ['a stage named like a prototype', [{ constructor: {} }], 'pipeline[0].constructor'],
  ['an unknown accumulator', group({ $summ: 1 }), 'pipeline[0].$group.total.$summ'],
  ['JavaScript', group({ $accumulator: {} }), 'pipeline[0].$group.total.$accumulator'],
  ['two accumulators', group({ $sum: 1, $avg: 1 }), 'pipeline[0].$group.total'],
  ['a collection of another database', [{ $out: { db: 'admin', coll: 'c' } }], 'pipeline[0].$out'],
  ['a collection of the system', [{ $merge: { into: 'system.users' } }], 'pipeline[0].$merge.into'],
  [
    'a pipeline for what is merged',
    [{ $merge: { into: 'c', whenMatched: [{ $set: { a: 1 } }] } }],
    'pipeline[0].$merge.whenMatched',
  ],
  ['an array as argument', group({ $sum: ['$a'] }), 'pipeline[0].$group.total.$sum'],
  ['a group without id', [{ $group: { n: { $sum: 1 } } }], 'pipeline[0].$group'],
  ['a topN without n', group({ $topN: { sortBy: { a: 1 }, output: 1 } }), 'pipeline[0].$group.total.$topN'],
  ['a filter inside', [{ $match: { a: { $gtt: 1 } } }], 'pipeline[0].$match.a.$gtt'],
  ['a limit of zero', [{ $limit: 0 }], 'pipeline[0].$limit'],
  ['a limit as text', [{ $limit: '3' }], 'pipeline[0].$limit'],
  ['a count of _id', [{ $count: '_id' }], 'pipeline[0].$count'],
  ['a mixed projection', [{ $project: { a: 1, b: 0 } }], 'pipeline[0].$project'],
  ['colliding paths', [{ $set: { a: 1, 'a.b': 2 } }], 'pipeline[0].$set'],
  ['an unset path twice', [{ $unset: ['a', 'a'] }], 'pipeline[0].$unset'],
  ['an undefined variable', [{ $set: { a: '$$nope' } }], 'pipeline[0].$set.a'],
  [
    'descending boundaries',
    [{ $bucket: { groupBy: '$a', boundaries: [2, 1] } }],
    'pipeline[0].$bucket.boundaries[1]',
  ],
  ['a facet in a facet', [{ $facet: { a: [{ $facet: { b: [] } }] } }], 'pipeline[0].$facet.a[0]'],
  ['half a join', [{ $lookup: { from: 'c', as: 'x', localField: 'a' } }], 'pipeline[0].$lookup'],
  ['documents not first', [{ $match: {} }, { $documents: [] }], 'pipeline[1]'],
  ['out not last', [{ $out: 'c' }, { $match: {} }], 'pipeline[0]'],
  [
    'merge in a nested pipeline',
    [{ $unionWith: { coll: 'c', pipeline: [{ $merge: 'd' }] } }],
    'pipeline[0].$unionWith.pipeline[0]',
  ],
  [
    'a window upside down',
    output({ $sum: 1, window: { documents: [1, -1] } }),
    'pipeline[0].$setWindowFields.output.r.window.documents',
  ],
  [
    'a rank with a window',
    output({ $rank: {}, window: { documents: [0, 1] } }),
    'pipeline[0].$setWindowFields.output.r.window',
  ],
  [
    'a step of zero',
    [{ $densify: { field: 'a', range: { step: 0, bounds: 'full' } } }],
    'pipeline[0].$densify.range.step',
  ],
])('%s is refused where it stands', (_, pipeline, path) => {
  const error = errorOf(pipeline);
  expect(error.code).toBe('INVALID_REQUEST');
  expect(error.details.path).toBe(path);
});

test('stages that only a MongoDB server has are unsupported', () => {
  expect(errorOf([{ $indexStats: {} }]).code).toBe('UNSUPPORTED_OPERATION');
  expect(errorOf([{ $currentOp: {} }]).code).toBe('UNSUPPORTED_OPERATION');
});

test('pipelines are bounded in length and nesting', () => {
  const stages = (count: number) => Array.from({ length: count }, () => ({ $match: {} }));
  expect(parsePipeline(stages(1000), options)).toHaveLength(1000);
  expect(errorOf(stages(1001)).details.path).toBe('pipeline');
  let nested: Json = [];
  for (let i = 0; i < 20; i++) nested = [{ $unionWith: { coll: 'c', pipeline: nested } }];
  expect(parsePipeline(nested, options)).toHaveLength(1);
  expect(errorOf([{ $unionWith: { coll: 'c', pipeline: nested } }]).code).toBe('INVALID_REQUEST');
});

test('pipelines are bounded in depth', () => {
  const nested = (depth: number): Json => (depth === 0 ? 1 : { a: nested(depth - 1) });
  expect(parsePipeline([{ $replaceWith: nested(198) }], options)).toHaveLength(1);
  expect(errorOf([{ $replaceWith: nested(199) }]).details.path).toBe('pipeline');
  expect(errorOf([{ $match: { a: nested(1000) } }]).code).toBe('INVALID_REQUEST');
});

test('aliases are one stage, and every stage keeps its source', () => {
  const [set, addFields] = parsePipeline([{ $set: { a: 1 } }, { $addFields: { a: 1 } }], options);
  expect(set?.kind).toBe('set');
  expect(addFields).toEqual({ ...set, source: { $addFields: { a: 1 } } });
  expect(parsePipeline([{ $replaceRoot: { newRoot: '$a' } }], options)[0]?.kind).toBe('replaceWith');
});

test('pipelines know no short names', () => {
  const [match] = parsePipeline([{ $match: { id: 1 } }], options);
  expect(match).toMatchObject({ filter: { path: ['id'] } });
});

test('the variables of a lookup end with its pipeline', () => {
  const lookup = (pipeline: Json): Json => ({ $lookup: { from: 'c', let: { v: '$a' }, pipeline, as: 'x' } });
  const uses = { $match: { $expr: { $eq: ['$a', '$$v'] } } };
  expect(parsePipeline([lookup([uses])], options)).toHaveLength(1);
  expect(errorOf([lookup([]), uses]).code).toBe('INVALID_REQUEST');
});
