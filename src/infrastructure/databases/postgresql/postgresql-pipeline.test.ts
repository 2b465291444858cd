import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../../application/query-language/parse-pipeline.ts';
import type { Json } from '../../../domain/value/value.ts';
import { postgresqlPipeline } from './postgresql-pipeline.ts';
import { toStatement } from './postgresql-statements.ts';

function planned(source: readonly Json[]) {
  const stages = parsePipeline(source, { path: 'pipeline', shortNames: false, extendedJson: false });
  const plan = postgresqlPipeline(stages, { collection: 'c', indexes: [] });
  return { stages: plan?.stages ?? 0, text: plan === undefined ? '' : toStatement(plan.native).text };
}

const lookup = { from: 'd', localField: 'x', foreignField: 'y.z', as: 'found' };

describe('what of a pipeline PostgreSQL runs', () => {
  const natively: readonly (readonly [string, readonly Json[], number])[] = [
    ['all simple accumulators', [{ $sort: { a: 1 } }, { $group: group('$a.b.c') }], 2],
    ['elements of arrays with their places', [{ $unwind: { path: '$t', includeArrayIndex: 'i' } }], 1],
    ['an order that goes on through elements', [{ $sort: { a: 1 } }, { $unwind: '$t' }, { $skip: 2 }], 3],
    ['buckets with a default', [{ $bucket: { groupBy: '$a', boundaries: [0, 5], default: 'x' } }], 1],
    [
      'an equality join, and what follows on it',
      [{ $lookup: lookup }, { $match: { found: [] } }, { $count: 'n' }],
      3,
    ],
    [
      'facets',
      [{ $facet: { page: [{ $limit: 2 }], groups: [{ $group: group('$a') }], n: [{ $count: 'n' }] } }],
      1,
    ],
  ];
  test.each(natively)('%s', (_, source, stages) => {
    expect(planned(source).stages).toBe(stages);
  });

  const inService: readonly (readonly [string, readonly Json[]])[] = [
    ['a join with a pipeline', [{ $lookup: { from: 'd', pipeline: [{ $match: { a: 1 } }], as: 'found' } }]],
    ['a join by what lies further inside', [{ $lookup: { ...lookup, localField: 'a.b' } }]],
    ['facets of which one is computed', [{ $facet: { a: [{ $count: 'n' }], b: [{ $set: { x: 1 } }] } }]],
    ['which document is greatest', [{ $group: { _id: null, m: { $max: '$$ROOT' } } }]],
    ['buckets that refuse what is outside', [{ $bucket: { groupBy: '$a', boundaries: [0, 5] } }]],
  ];
  test.each(inService)('not %s', (_, source) => {
    expect(planned(source).stages).toBe(0);
  });

  test('an order from before a join decides where a later one ties', () => {
    const { stages, text } = planned([{ $sort: { b: 1 } }, { $lookup: lookup }, { $sort: { a: 1 } }]);
    expect(stages).toBe(3);
    expect(text).toMatch(/ORDER BY .+, n$/);
  });

  test('no value of the caller stands in the text', () => {
    const hostile = 'x\'"; DROP TABLE c';
    const { stages, text } = planned([
      { $lookup: { ...lookup, localField: hostile, foreignField: hostile, as: hostile } },
      { $unwind: { path: `$${hostile}`, includeArrayIndex: hostile } },
      { $facet: { [hostile]: [{ $group: { _id: { [hostile]: `$${hostile}` } } }] } },
    ]);
    expect(stages).toBe(3);
    expect(text).not.toContain('DROP TABLE');
  });
});

function group(id: string): Json {
  const operators = ['$sum', '$avg', '$min', '$max', '$first', '$last', '$push', '$addToSet'];
  const fields = operators.map((operator) => [operator.slice(1), { [operator]: '$x' }]);
  return { _id: id, count: { $count: {} }, ...Object.fromEntries(fields) };
}
