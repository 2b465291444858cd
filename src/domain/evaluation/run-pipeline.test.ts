import { expect, test } from 'vitest';
import { pipelineError, runPipelineSource } from '../../../test/support/run-pipeline-source.ts';
import type { Json, JsonObject } from '../value/value.ts';

const sales: readonly JsonObject[] = [
  { _id: 1, item: 'a', price: 10, tags: ['x', 'y'] },
  { _id: 2, item: 'b', price: 20, tags: [] },
  { _id: 3, item: 'a', price: 5 },
];

test.each<[Json, readonly Json[]]>([
  [
    [{ $match: { price: { $gt: 5 } } }, { $project: { item: 1 } }],
    [
      { _id: 1, item: 'a' },
      { _id: 2, item: 'b' },
    ],
  ],
  [[{ $sort: { price: 1 } }, { $skip: 1 }, { $limit: 1 }, { $project: { _id: 1 } }], [{ _id: 1 }]],
  [[{ $match: { item: 'z' } }, { $count: 'n' }], []],
  [[{ $count: 'n' }], [{ n: 3 }]],
  [
    [{ $group: { _id: '$item', total: { $sum: '$price' } } }],
    [
      { _id: 'a', total: 15 },
      { _id: 'b', total: 20 },
    ],
  ],
  [
    [{ $sortByCount: '$item' }],
    [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  ],
  [
    [{ $unwind: '$tags' }, { $project: { tags: 1 } }],
    [
      { _id: 1, tags: 'x' },
      { _id: 1, tags: 'y' },
    ],
  ],
  [
    [
      { $unwind: { path: '$tags', includeArrayIndex: 'i', preserveNullAndEmptyArrays: true } },
      { $project: { tags: 1, i: 1 } },
    ],
    [
      { _id: 1, tags: 'x', i: 0 },
      { _id: 1, tags: 'y', i: 1 },
      { _id: 2, i: null },
      { _id: 3, i: null },
    ],
  ],
  [
    [{ $bucket: { groupBy: '$price', boundaries: [0, 10, 15], default: 'more' } }],
    [
      { _id: 0, count: 1 },
      { _id: 10, count: 1 },
      { _id: 'more', count: 1 },
    ],
  ],
  [
    [{ $bucketAuto: { groupBy: '$price', buckets: 2 } }],
    [
      { _id: { min: 5, max: 20 }, count: 2 },
      { _id: { min: 20, max: 20 }, count: 1 },
    ],
  ],
  [
    [
      {
        $facet: {
          n: [{ $count: 'n' }],
          top: [{ $sort: { price: -1 } }, { $limit: 1 }, { $project: { _id: 1 } }],
        },
      },
    ],
    [{ n: [{ n: 3 }], top: [{ _id: 2 }] }],
  ],
  [[{ $limit: 1 }, { $replaceWith: { old: '$$ROOT.item' } }], [{ old: 'a' }]],
  [
    [{ $limit: 1 }, { $set: { price: 1, was: '$price' } }, { $unset: ['tags', 'item'] }],
    [{ _id: 1, price: 1, was: 10 }],
  ],
  [[{ $documents: [{ a: { $add: [1, 1] } }] }], [{ a: 2 }]],
])('%j', async (pipeline, expected) => {
  expect(await runPipelineSource(pipeline, { documents: sales })).toEqual(expected);
});

test('groups are of equal values: 1 and 1.0, objects by their fields in order, missing as null', async () => {
  const documents = [
    { k: 1 },
    { k: 1.0 },
    { k: { a: 1, b: 2 } },
    { k: { b: 2, a: 1 } },
    { k: null },
    {},
    { k: '1' },
  ];
  const groups = await runPipelineSource([{ $sortByCount: '$k' }], { documents });
  expect(groups).toHaveLength(5);
  expect(groups).toContainEqual({ _id: 1, count: 2 });
  expect(groups).toContainEqual({ _id: null, count: 2 });
});

test('set writes through arrays, lookup makes room', async () => {
  const documents = [{ _id: 1, a: [{ b: 1 }, 2] }];
  expect(await runPipelineSource([{ $set: { 'a.c': 3 } }], { documents })).toEqual([
    { _id: 1, a: [{ b: 1, c: 3 }, { c: 3 }] },
  ]);
  const lookup = { $lookup: { from: 'f', localField: '_id', foreignField: '_id', as: 'a.c' } };
  expect(await runPipelineSource([lookup], { documents })).toEqual([{ _id: 1, a: { c: [] } }]);
});

const people = [
  { _id: 'ann', boss: null },
  { _id: 'bob', boss: 'ann' },
  { _id: 'cid', boss: 'bob' },
  { _id: 'dan' },
];

test('lookup joins by equality: arrays by element, missing with null', async () => {
  const lookup = { $lookup: { from: 'people', localField: 'who', foreignField: 'boss', as: 'found' } };
  const pipeline = [lookup, { $project: { found: '$found._id' } }];
  const documents = [{ _id: 1, who: ['ann', 'bob'] }, { _id: 2 }, { _id: 3, who: 'nobody' }];
  expect(await runPipelineSource(pipeline, { documents, collections: { people } })).toEqual([
    { _id: 1, found: ['bob', 'cid'] },
    { _id: 2, found: ['ann', 'dan'] },
    { _id: 3, found: [] },
  ]);
});

test('the pipeline of a lookup sees its variables, those around it included', async () => {
  const inner = {
    $lookup: {
      from: 'people',
      let: { w: '$_id' },
      as: 'x',
      pipeline: [
        { $match: { $expr: { $and: [{ $eq: ['$boss', '$$w'] }, { $ne: ['$boss', '$$v'] }] } } },
        { $project: { _id: 1 } },
      ],
    },
  };
  const outer = {
    $lookup: {
      from: 'people',
      let: { v: '$skip' },
      as: 'all',
      pipeline: [{ $match: { _id: { $in: ['ann', 'bob'] } } }, inner, { $project: { x: 1 } }],
    },
  };
  const documents = [{ _id: 1, skip: 'ann' }];
  expect(await runPipelineSource([outer], { documents, collections: { people } })).toEqual([
    {
      _id: 1,
      skip: 'ann',
      all: [
        { _id: 'ann', x: [] },
        { _id: 'bob', x: [{ _id: 'cid' }] },
      ],
    },
  ]);
});

test('graphLookup follows circles once', async () => {
  const nodes = [
    { _id: 1, next: 2 },
    { _id: 2, next: 3 },
    { _id: 3, next: 1 },
  ];
  const stage = {
    from: 'nodes',
    startWith: 1,
    connectFromField: 'next',
    connectToField: '_id',
    as: 'way',
    depthField: 'd',
  };
  const run = (extra: JsonObject) =>
    runPipelineSource(
      [{ $graphLookup: { ...stage, ...extra } }, { $project: { way: '$way._id', d: '$way.d' } }],
      {
        documents: [{ _id: 0 }],
        collections: { nodes },
      },
    );
  expect(await run({})).toEqual([{ _id: 0, way: [1, 2, 3], d: [0, 1, 2] }]);
  expect(await run({ maxDepth: 1 })).toEqual([{ _id: 0, way: [1, 2], d: [0, 1] }]);
  expect(await run({ restrictSearchWithMatch: { _id: { $ne: 2 } } })).toEqual([{ _id: 0, way: [1], d: [0] }]);
});

test('unionWith appends another collection', async () => {
  const pipeline = [{ $unionWith: { coll: 'people', pipeline: [{ $match: { boss: 'ann' } }] } }];
  expect(await runPipelineSource(pipeline, { documents: [{ _id: 1 }], collections: { people } })).toEqual([
    { _id: 1 },
    { _id: 'bob', boss: 'ann' },
  ]);
});

test('redact keeps, prunes and descends by its own variables only', async () => {
  const documents = [{ _id: 1, level: 1, a: { level: 5, b: 1 }, c: [{ level: 1, d: 2 }, { level: 9 }, 7] }];
  const redact = { $cond: [{ $gt: ['$level', 3] }, '$$PRUNE', '$$DESCEND'] };
  expect(await runPipelineSource([{ $redact: redact }], { documents })).toEqual([
    { _id: 1, level: 1, c: [{ level: 1, d: 2 }, 7] },
  ]);
  expect((await pipelineError([{ $redact: 'descend' }], { documents })).code).toBe('INVALID_REQUEST');
});

test('a field named __proto__ is a field like any other', async () => {
  const documents = [JSON.parse('{"_id": 1, "__proto__": {"polluted": 1}}') as JsonObject];
  const [result] = await runPipelineSource([{ $set: { a: 1 } }, { $redact: '$$DESCEND' }], { documents });
  expect(JSON.stringify(result)).toBe('{"_id":1,"__proto__":{"polluted":1},"a":1}');
  expect(({} as JsonObject).polluted).toBeUndefined();
});

test('stages that hold documents are bounded, those that stream are not', async () => {
  const documents = Array.from({ length: 2000 }, (_, i) => ({ _id: i, k: i % 3 }));
  const input = { documents, maxDocuments: 1000 };
  for (const stage of [
    { $sort: { k: 1 } },
    { $facet: { a: [] } },
    { $group: { _id: '$_id' } },
    { $group: { _id: 1, all: { $push: '$k' } } },
  ])
    expect((await pipelineError([stage], input)).code).toBe('QUERY_TOO_EXPENSIVE');
  expect(await runPipelineSource([{ $group: { _id: '$k' } }], input)).toHaveLength(3);
  expect(
    await runPipelineSource([{ $sort: { k: 1, _id: 1 } }, { $limit: 2 }, { $project: { _id: 1 } }], input),
  ).toEqual([{ _id: 0 }, { _id: 3 }]);
  expect((await pipelineError([{ $match: {} }], { documents, steps: 1000 })).code).toBe(
    'QUERY_TOO_EXPENSIVE',
  );
});

test('a sample is of the wanted size, without repetition', async () => {
  const documents = Array.from({ length: 100 }, (_, i) => ({ _id: i }));
  const sample = await runPipelineSource([{ $sample: { size: 10 } }], { documents });
  expect(new Set(sample.map((one) => JSON.stringify(one))).size).toBe(10);
});

test('a large sort is stable and complete', async () => {
  const documents = Array.from({ length: 9000 }, (_, i) => ({ _id: i, k: (i * 7919) % 10 }));
  const sorted = (await runPipelineSource([{ $sort: { k: 1 } }], { documents })) as readonly JsonObject[];
  expect(sorted).toEqual(documents.toSorted((a, b) => a.k - b.k || a._id - b._id));
});

test('no chain of stages builds what could not be written', async () => {
  const double = { $set: { a: '$$ROOT', b: '$$ROOT' } };
  const projected = { $project: { a: '$$ROOT', b: '$$ROOT' } };
  const pushed = { $group: { _id: null, all: { $push: '$$ROOT' }, again: { $push: '$$ROOT' } } };
  const joined = { $lookup: { from: 'c', pipeline: [], as: 'j' } };
  const input = { documents: [{ _id: 1, text: 'x'.repeat(1000) }], collections: { c: [] } };
  for (const stage of [double, projected, pushed]) {
    const pipeline = Array.from({ length: 60 }, () => [stage, joined]).flat();
    expect((await pipelineError(pipeline, input)).code).toBe('QUERY_TOO_EXPENSIVE');
  }
});
