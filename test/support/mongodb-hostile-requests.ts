import type { Json } from '../../src/domain/value/value.ts';

/** The collection that is attacked. */
export const name = 'mongodb_hostile';
/** Where its documents would end up. */
export const stolen = 'mongodb_stolen';

const code = { body: 'function () { return true }', args: [], lang: 'js' };
/** What would run code, write elsewhere, or match what it should not. */
export const hostile: readonly { readonly [key: string]: Json }[] = [
  { $where: 'sleep(100) || true' },
  { $function: code },
  { $accumulator: { init: 'function () {}', accumulate: 'x', accumulateArgs: [], merge: 'x', lang: 'js' } },
  { $expr: { $function: code } },
  { $out: stolen },
  { $merge: { into: stolen } },
  { $merge: { into: { db: 'admin', coll: stolen } } },
  { $code: 'function () { return true }' },
  { $code: 'x', $scope: {} },
  { $jsonSchema: {} },
  { $mod: [1, 0] },
  { $bitsAllSet: 0 },
  { $rand: {} },
  { $or: [{ $where: '1' }, {}] },
  { $not: { $where: '1' } },
  { ok: 1, $where: '1' },
  JSON.parse('{"__proto__": {"$where": "1"}, "$where": "1"}'),
  { $where: { $code: '1' } },
];
/** One request of the API. */
export type Sending = readonly [request: string, body?: Json | undefined, headers?: Record<string, string>];

/** Where a caller gives a value. */
export function asValue(h: Json): readonly Sending[] {
  const at = `/documents/${name}`;
  const text = encodeURIComponent(JSON.stringify(h));
  const change = (update: Json, more: object = {}): Sending => [
    `POST ${at}/a/find-and-update`,
    { update, ...more },
  ];
  const search = (filter: Json): Sending => [`POST ${at}/search`, { filter }];
  const aggregate = (...pipeline: Json[]): Sending => [`POST ${at}/aggregate`, { pipeline }];
  return [
    ['POST /documents', { collection: name, data: { v: h }, metadata: { v: h } }],
    ['POST /documents', { collection: name, id: h, data: {} }],
    ['POST /documents', { collection: name, id: JSON.stringify(h), data: {} }],
    [`GET ${at}/${text}`],
    [`DELETE ${at}/${text}`],
    [`GET ${at}?filter=${encodeURIComponent(JSON.stringify({ id: JSON.stringify(h) }))}`],
    [`GET ${at}?filter=${encodeURIComponent(JSON.stringify({ v: { $eq: h } }))}`],
    [`PUT ${at}/${text}/replace`, { data: { v: h } }],
    [`POST ${at}/${text}/find-and-delete`, {}],
    [`PUT ${at}/a`, { data: { v: h } }, { 'If-Match': '"1"' }],
    [`PUT ${at}/a`, { data: { v: 1 }, version: h }],
    [`PUT ${at}/a`, { data: { v: 1 } }, { 'If-Match': JSON.stringify(h) }],
    [`PUT ${at}/a`, { data: { 'v.w': h, v: [h] }, version: 1 }],
    [`PUT ${at}/a/replace`, { data: { v: h, w: [h] }, metadata: { v: h } }],
    [`POST ${at}/a/find-and-replace`, { replacement: { v: { deep: h } } }],
    change({ $set: { v: h } }),
    change({ $set: { 'w.x': { deep: [h] } } }),
    change({ v: { deep: h } }),
    change({ $min: { v: h } }),
    change({ $max: { v: h } }),
    change({ $push: { list: h } }),
    change({ $push: { list: { $each: [h], $slice: 3 } } }),
    change({ $addToSet: { list: h } }),
    change({ $pull: { list: { $eq: h } } }),
    change({ $pullAll: { list: [h] } }),
    change([{ $set: { v: { $literal: h } } }]),
    change([{ $replaceWith: { $literal: h } }]),
    change({ $set: { 'list.$[x].k': 1 } }, { array_filters: [{ 'x.v': { $eq: h } }] }),
    [`POST ${at}/upsert`, { filter: { id: JSON.stringify(h) }, update: { $set: { v: h } } }],
    [`POST ${at}/upsert`, { filter: { v: { $eq: h } }, update: { $set: { w: h }, $setOnInsert: { x: h } } }],
    ['POST /documents/bulk/insert', { collection: name, documents: [{ data: { v: h } }] }],
    [
      'POST /documents/bulk/write',
      {
        operations: [
          { type: 'insert', collection: name, document: { data: { v: h } } },
          { type: 'update', collection: name, id: 'a', update: { $set: { v: h } } },
          { type: 'replace', collection: name, id: 'a', document: { data: { v: h } } },
          { type: 'delete', collection: name, id: JSON.stringify(h) },
          { type: 'delete', collection: name, filter: { v: { $eq: h } } },
        ],
        ordered: false,
      },
    ],
    [
      'POST /transactions/execute',
      {
        operations: [
          { type: 'insert', collection: name, document: { data: { v: h } } },
          { type: 'update', collection: name, id: 'a', update: { $set: { v: h } } },
        ],
      },
    ],
    search({ v: { $eq: h } }),
    search({ v: { $ne: h } }),
    search({ v: { $gt: h } }),
    search({ v: { $in: [h, [h]] } }),
    search({ v: { $nin: [h] } }),
    search({ v: { $not: { $eq: h } } }),
    search({ list: { $elemMatch: { $eq: h } } }),
    search({ id: { $in: [JSON.stringify(h)] } }),
    search({ id: { $eq: h } }),
    search({ $expr: { $eq: ['$v', { $literal: h }] } }),
    [`POST ${at}/update-many`, { filter: { v: { $eq: h } }, update: { $set: { w: h } } }],
    [`POST ${at}/delete-many`, { filter: { v: { $eq: h } } }],
    [`POST ${at}/distinct`, { field: 'v', filter: { v: { $ne: h } } }],
    aggregate({ $match: { v: { $eq: h } } }),
    aggregate({ $project: { v: { $literal: h } } }),
    aggregate({ $group: { _id: { $literal: h } } }),
    aggregate({ $documents: [{ v: { $literal: h } }] }),
    aggregate({ $fill: { output: { v: { value: { $literal: h } } } } }),
    ['POST /query/raw', { query: { find: name, filter: { v: { $param: 1 } } }, params: [h] }],
    [
      'POST /query/raw',
      { query: { find: name, filter: { $expr: { $eq: ['$v', { $param: 1 }] } } }, params: [[h]] },
    ],
    [`GET ${at}?cursor=${text}`],
    [`GET ${at}/watch`, undefined, { 'Last-Event-ID': Buffer.from(JSON.stringify(h)).toString('base64url') }],
  ];
}

/** Where a caller gives operators, so that only what runs code or writes elsewhere is out of place. */
export function asOperator(h: Json): readonly Sending[] {
  const at = `/documents/${name}`;
  const search = (filter: Json, more: object = {}): Sending => [`POST ${at}/search`, { filter, ...more }];
  const aggregate = (...pipeline: Json[]): Sending => [`POST ${at}/aggregate`, { pipeline }];
  const change = (update: Json, more: object = {}): Sending => [
    `POST ${at}/a/find-and-update`,
    { update, ...more },
  ];
  const raw = (query: Json): Sending => ['POST /query/raw', { query }];
  return [
    search(h),
    search({ $and: [h] }),
    search({ $or: [{ a: 1 }, { $nor: [h] }] }),
    search({ v: h }),
    search({ v: { $not: h } }),
    search({ list: { $elemMatch: h } }),
    search({ list: { $all: [{ $elemMatch: h }] } }),
    search({ $expr: h }),
    search({ $expr: { $cond: [true, { $eq: [h, 1] }, { $map: { input: [1], in: h } }] } }),
    search({}, { projection: { v: h } }),
    search({}, { projection: h }),
    search({}, { sort: h }),
    [`POST ${at}/count`, { filter: { $nor: [h] } }],
    [`POST ${at}/update-many`, { filter: h, update: { $set: { n: 1 } } }],
    [`POST ${at}/update-many`, { filter: {}, update: h }],
    [`POST ${at}/update-many`, { filter: {}, update: [h] }],
    [`POST ${at}/delete-many`, { filter: { $or: [h] } }],
    [`POST ${at}/distinct`, { field: 'v', filter: h }],
    change(h),
    change([{ $set: { v: h } }]),
    change([{ $replaceWith: h }]),
    change({ $pull: { list: h } }),
    change({ $set: { v: 1 }, ...(h as object) }),
    change({ $set: { 'list.$[x].k': 1 } }, { array_filters: [h] }),
    change({ $set: { 'list.$[x].k': 1 } }, { array_filters: [{ x: h }] }),
    [`POST ${at}/a/find-and-replace`, { replacement: h }],
    [`POST ${at}/upsert`, { filter: h, update: { $set: { v: 1 } } }],
    aggregate(h),
    aggregate({ $match: h }),
    aggregate({ $set: { v: h } }),
    aggregate({ $project: { v: { $map: { input: '$list', in: h } } } }),
    aggregate({ $group: { _id: null, v: h } }),
    aggregate({ $group: { _id: h, v: { $sum: h } } }),
    aggregate({ $facet: { f: [h] } }),
    aggregate({ $facet: { f: [{ $match: h }] } }),
    aggregate({ $lookup: { from: name, as: 'l', pipeline: [h] } }),
    aggregate({ $lookup: { from: name, as: 'l', let: { x: h }, pipeline: [{ $match: h }] } }),
    aggregate({ $unionWith: { coll: name, pipeline: [h] } }),
    aggregate({
      $unionWith: { coll: name, pipeline: [{ $lookup: { from: name, as: 'l', pipeline: [h] } }] },
    }),
    aggregate({
      $graphLookup: {
        from: name,
        startWith: '$v',
        connectFromField: 'v',
        connectToField: 'w',
        as: 'g',
        restrictSearchWithMatch: h,
      },
    }),
    aggregate({ $redact: h }),
    aggregate({ $replaceWith: h }),
    aggregate({ $bucket: { groupBy: h, boundaries: [0, 1], output: { v: h } } }),
    aggregate({ $setWindowFields: { sortBy: { v: 1 }, output: { v: h } } }),
    aggregate({ $sortByCount: h }),
    [`POST /indexes/${name}`, { keys: { v: 1 }, options: { partial_filter: h } }],
    [`POST /indexes/${name}`, { keys: { v: h } }],
    ['POST /query/raw', { query: h }],
    raw({ find: name, filter: h }),
    raw({ find: name, filter: { $or: [{ a: { $not: h } }] } }),
    raw({ find: name, projection: { v: h } }),
    raw({ count: name, query: h }),
    raw({ distinct: name, key: 'v', query: h }),
    raw({ explain: { find: name, filter: h } }),
    raw({ explain: { aggregate: name, pipeline: [h], cursor: {} } }),
    raw({ update: name, updates: [{ q: h, u: [{ $set: { v: h } }] }] }),
    raw({ delete: name, deletes: [{ q: h, limit: 1 }] }),
    raw({ findAndModify: name, query: h, update: { $set: { v: 1 } } }),
    raw({ create: stolen, viewOn: name, pipeline: [h] }),
    raw({ collMod: name, validator: h }),
  ];
}

/** Names of fields and of collections are no way in either. */
export const hostileNames = [
  '$where',
  'a.$where',
  '$function',
  'a.$[].$where',
  '$$ROOT',
  '$**',
  '__proto__.$where',
];
export const hostileCollections = ['system.js', 'system.users', '$cmd', 'admin.$cmd', 'x\u0000y', ''];

export function asName(text: string): readonly Sending[] {
  const at = `/documents/${name}`;
  const field = encodeURIComponent(text);
  return [
    [`POST ${at}/distinct`, { field: text }],
    [`POST ${at}/search`, { sort: { [text]: 1 } }],
    [`POST ${at}/search`, { projection: { [text]: 1 } }],
    [`POST ${at}/search`, { filter: { [text]: 'x' } }],
    [`GET ${at}?sort=${field}&projection=${field}&${field}=1`],
    [`POST ${at}/a/find-and-update`, { update: { $set: { [text]: 1 } } }],
    [`POST ${at}/a/find-and-update`, { update: { [text]: 1 } }],
    [`POST ${at}/a/find-and-update`, { update: { $rename: { v: text } } }],
    [`POST ${at}/a/find-and-update`, { update: [{ $set: { [text]: 1 } }] }],
    [`PUT ${at}/a`, { data: { [text]: 1 }, version: 1 }],
    [`POST /indexes/${name}`, { keys: { [text]: 1 } }],
    [`POST ${at}/aggregate`, { pipeline: [{ $set: { [text]: 1 } }] }],
    [`POST ${at}/aggregate`, { pipeline: [{ $unset: text }] }],
    [`POST ${at}/aggregate`, { pipeline: [{ $group: { _id: null, [text]: { $sum: 1 } } }] }],
  ];
}

export function asCollection(text: string): readonly Sending[] {
  const path = encodeURIComponent(text);
  return [
    ['POST /documents', { collection: text, data: {} }],
    [`GET /documents/${path}`],
    [`POST /documents/${name}/aggregate`, { pipeline: [{ $lookup: { from: text, as: 'l', pipeline: [] } }] }],
    [`POST /documents/${name}/aggregate`, { pipeline: [{ $unionWith: text }] }],
    [
      `POST /documents/${name}/aggregate`,
      {
        pipeline: [
          { $graphLookup: { from: text, startWith: 1, connectFromField: 'a', connectToField: 'a', as: 'g' } },
        ],
      },
    ],
    ['POST /collections', { name: text }],
    [`POST /collections/${name}/rename`, { new_name: text }],
    ['POST /query/raw', { query: { find: text } }],
    [
      'POST /query/raw',
      { query: { aggregate: name, pipeline: [{ $lookup: { from: text, as: 'l', pipeline: [] } }] } },
    ],
    ['POST /query/raw', { query: { explain: { find: text } } }],
    ['POST /query/raw', { query: { aggregate: name, pipeline: [{ $out: text }] } }],
    [
      'POST /query/raw',
      { query: { aggregate: name, pipeline: [{ $merge: { into: { db: text, coll: 'x' } } }] } },
    ],
    ['POST /query/raw', { query: { create: stolen, viewOn: text, pipeline: [] } }],
  ];
}
