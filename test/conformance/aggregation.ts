import { expect } from 'vitest';
import { aggregateAll, filterOf, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import type { Suite } from './suite.ts';

const orders = [
  {
    _id: '1',
    who: 'ann',
    total: 10,
    items: [
      { sku: 'a', n: 1 },
      { sku: 'b', n: 2 },
    ],
  },
  { _id: '2', who: 'bob', total: 5.5, items: [{ sku: 'a', n: 5 }] },
  { _id: '3', who: 'ann', total: 4, items: [] },
  { _id: '4', who: null, total: '7', items: [{ sku: 'c', n: 1 }] },
  { _id: '5', total: 1 },
];

/** Pipelines, natively or not, with MongoDB's results. */
export function aggregation({ repository, collection, test }: Suite): void {
  test('group by a field, null and missing apart from nothing', async () => {
    const name = await collection();
    await insertAll(repository(), name, orders);
    const group = {
      _id: '$who',
      sum: { $sum: '$total' },
      avg: { $avg: '$total' },
      n: { $sum: 1 },
      max: { $max: '$total' },
    };
    expect(await aggregateAll(repository(), name, [{ $group: group }, { $sort: { _id: 1 } }])).toEqual([
      { _id: null, sum: 1, avg: 1, n: 2, max: '7' },
      { _id: 'ann', sum: 14, avg: 7, n: 2, max: 10 },
      { _id: 'bob', sum: 5.5, avg: 5.5, n: 1, max: 5.5 },
    ]);
  });

  test('unwind, group and count', async () => {
    const name = await collection();
    await insertAll(repository(), name, orders);
    const pipeline = [
      { $unwind: '$items' },
      { $group: { _id: '$items.sku', n: { $sum: '$items.n' } } },
      { $sort: { n: -1, _id: 1 } },
      { $limit: 2 },
    ];
    expect(await aggregateAll(repository(), name, pipeline)).toEqual([
      { _id: 'a', n: 6 },
      { _id: 'b', n: 2 },
    ]);
    expect(
      await aggregateAll(repository(), name, [{ $match: { total: { $gt: 4 } } }, { $count: 'n' }]),
    ).toEqual([{ n: 2 }]);
    expect(await aggregateAll(repository(), name, [{ $match: { total: 99 } }, { $count: 'n' }])).toEqual([]);
  });

  test('project, skip and computed fields', async () => {
    const name = await collection();
    await insertAll(repository(), name, orders);
    const pipeline = [
      { $match: { who: 'ann' } },
      { $sort: { _id: -1 } },
      { $project: { _id: 0, who: 1, double: { $multiply: ['$total', 2] } } },
      { $skip: 1 },
    ];
    expect(await aggregateAll(repository(), name, pipeline)).toEqual([{ who: 'ann', double: 20 }]);
  });

  test('lookup joins a collection, facet runs pipelines side by side', async () => {
    const name = await collection();
    await insertAll(repository(), name, orders);
    const lookup = { from: name, localField: 'who', foreignField: 'who', as: 'same' };
    const joined = await aggregateAll(repository(), name, [
      { $match: { who: 'ann' } },
      { $lookup: lookup },
      { $project: { n: { $size: '$same' } } },
      { $sort: { _id: 1 } },
    ]);
    expect(joined).toEqual([
      { _id: '1', n: 2 },
      { _id: '3', n: 2 },
    ]);
    const facets = {
      all: [{ $count: 'n' }],
      cheap: [{ $match: { total: { $lt: 5 } } }, { $sort: { _id: 1 } }, { $project: { total: 1 } }],
    };
    expect(await aggregateAll(repository(), name, [{ $facet: facets }])).toEqual([
      {
        all: [{ n: 5 }],
        cheap: [
          { _id: '3', total: 4 },
          { _id: '5', total: 1 },
        ],
      },
    ]);
  });

  test('distinct values count an array by its elements', async () => {
    const name = await collection();
    await insertAll(repository(), name, orders);
    const all = filterOf({});
    expect(await repository().distinct(name, ['items', 'sku'], all, testCall())).toEqual(['a', 'b', 'c']);
    expect(await repository().distinct(name, ['who'], all, testCall())).toEqual([null, 'ann', 'bob']);
    expect(await repository().distinct(name, ['total'], filterOf({ who: 'ann' }), testCall())).toEqual([
      4, 10,
    ]);
  });
}
