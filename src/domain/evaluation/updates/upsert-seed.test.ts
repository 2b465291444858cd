import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import type { Json, JsonObject } from '../../value/value.ts';
import { upsertSeed } from './upsert-seed.ts';

const seed = (filter: Json) =>
  upsertSeed(parseFilter(filter, { path: 'filter', shortNames: true, extendedJson: false }));

describe('upsertSeed', () => {
  it.each<[JsonObject, JsonObject]>([
    [{}, {}],
    [
      { a: 1, 'b.c': 'x' },
      { a: 1, b: { c: 'x' } },
    ],
    [
      { id: 'k', a: { $eq: null } },
      { _id: 'k', a: null },
    ],
    [{ $and: [{ a: 1 }, { $and: [{ b: [1, 2] }] }] }, { a: 1, b: [1, 2] }],
    [{ $or: [{ a: 1 }, { a: 2 }] }, {}],
    [{ a: { $in: [1] }, b: { $in: [1, 2] } }, { a: 1 }],
    [
      { a: { $gt: 1 }, b: { $ne: 1 }, c: { $exists: true }, d: { $regex: 'x' }, e: { $elemMatch: { f: 1 } } },
      {},
    ],
    [{ _version: 3, created_at: 'x', a: 1 }, { a: 1 }],
    [{ 'a.0': 1 }, { a: { '0': 1 } }],
  ])('of %j is %j', (filter, fields) => {
    expect(seed(filter)).toEqual(fields);
  });
  it.each<JsonObject>([{ a: 1, 'a.b': 2 }, { $and: [{ a: 1 }, { a: 2 }] }, { a: { $all: [1, 2] } }])(
    'refuses %j, which pins a field twice',
    (filter) => {
      expect(() => seed(filter)).toThrow(/more than once/);
    },
  );
});
