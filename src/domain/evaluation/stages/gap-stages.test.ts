import { expect, test } from 'vitest';
import { pipelineError, runPipelineSource } from '../../../../test/support/run-pipeline-source.ts';
import type { Json, JsonObject } from '../../value/value.ts';

const run = (stage: JsonObject, documents: readonly JsonObject[]) =>
  runPipelineSource([stage], { documents });
const densify = (range: JsonObject, extra: JsonObject = {}): JsonObject => ({
  $densify: { field: 't', range, ...extra },
});

test('densify makes a document for each step that has none', async () => {
  expect(await run(densify({ step: 2, bounds: 'full' }), [{ t: 0 }, { t: 3 }, { t: 6 }])).toEqual([
    { t: 0 },
    { t: 2 },
    { t: 3 },
    { t: 4 },
    { t: 6 },
  ]);
});

test('explicit bounds leave out their end and keep what lies outside', async () => {
  expect(await run(densify({ step: 1, bounds: [1, 3] }), [{ t: 0 }, { t: 1 }, { t: 9 }])).toEqual([
    { t: 0 },
    { t: 1 },
    { t: 2 },
    { t: 9 },
  ]);
});

test('partitions have their own bounds, or those of all', async () => {
  const documents = [
    { g: 'a', t: 1 },
    { g: 'a', t: 3 },
    { g: 'b', t: 2 },
  ];
  const by = { partitionByFields: ['g'] };
  expect(await run(densify({ step: 1, bounds: 'partition' }, by), documents)).toEqual([
    { g: 'a', t: 1 },
    { g: 'a', t: 2 },
    { g: 'a', t: 3 },
    { g: 'b', t: 2 },
  ]);
  expect(await run(densify({ step: 1, bounds: 'full' }, by), documents)).toHaveLength(6);
});

test('densify steps through dates and is bounded', async () => {
  const day = (date: string) => ({ $date: `${date}T00:00:00.000Z` });
  const range = { step: 1, unit: 'day', bounds: [day('2024-02-28'), day('2024-03-01')] };
  const dated = [{ $set: { t: { $toDate: '$t' } } }, densify(range)];
  expect(await runPipelineSource(dated, { documents: [{ t: '2024-02-28T00:00:00Z' }] })).toEqual([
    { t: day('2024-02-28') },
    { t: day('2024-02-29') },
  ]);
  const endless = densify({ step: 1e-9, bounds: 'full' });
  const error = await pipelineError([endless], { documents: [{ t: 0 }, { t: 1 }] });
  expect(error.code).toBe('QUERY_TOO_EXPENSIVE');
});

test('fill touches null and missing fields only', async () => {
  const documents = [{ t: 0, v: 10 }, { t: 1 }, { t: 2, v: 30 }, { t: 3, v: null }];
  const fill = (method: JsonObject): JsonObject => ({ $fill: { sortBy: { t: 1 }, output: { v: method } } });
  const values = async (method: JsonObject): Promise<readonly (Json | undefined)[]> =>
    (await run(fill(method), documents)).map((document) => (document as JsonObject).v);
  expect(await values({ method: 'linear' })).toEqual([10, 20, 30, null]);
  expect(await values({ method: 'locf' })).toEqual([10, 10, 30, 30]);
  expect(await values({ value: '$t' })).toEqual([10, 1, 30, 3]);
});

test.each<[string, readonly number[], readonly Json[]]>([
  [
    '1-2-5',
    [2, 8, 15, 60],
    [
      { min: 1, max: 10 },
      { min: 10, max: 100 },
    ],
  ],
  [
    'POWERSOF2',
    [3, 5, 9, 20],
    [
      { min: 2, max: 8 },
      { min: 8, max: 32 },
    ],
  ],
  [
    'R5',
    [0, 0, 3, 7],
    [
      { min: 0, max: 2.5 },
      { min: 2.5, max: 10 },
    ],
  ],
])('buckets end on numbers of %s', async (granularity, numbers, expected) => {
  const stage = { $bucketAuto: { groupBy: '$v', buckets: 2, granularity } };
  const buckets = await run(
    stage,
    numbers.map((v) => ({ v })),
  );
  expect(buckets.map((bucket) => (bucket as JsonObject)._id)).toEqual(expected);
});

test('a granularity takes numbers from zero up', async () => {
  const stage = { $bucketAuto: { groupBy: '$v', buckets: 2, granularity: 'E6' } };
  expect((await pipelineError([stage], { documents: [{ v: -1 }] })).code).toBe('INVALID_REQUEST');
  expect((await pipelineError([stage], { documents: [{ v: 'x' }] })).code).toBe('INVALID_REQUEST');
});
