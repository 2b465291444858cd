import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import { updateOperators } from '../../domain/query/update.ts';
import type { Json } from '../../domain/value/value.ts';
import { parseUpdate } from './parse-update.ts';

const options = { path: 'update', shortNames: false, extendedJson: false };

function operations(source: Json, arrayFilters?: Json) {
  const update = parseUpdate(source, arrayFilters, options);
  return update.kind === 'operators' ? update.operations : [];
}

function mistake(source: Json, arrayFilters?: Json): unknown {
  try {
    parseUpdate(source, arrayFilters, options);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'INVALID_REQUEST') return error.details.path;
    throw error;
  }
  throw new Error('was accepted');
}

describe('forms', () => {
  it('reads a plain object as fields to set, an object of one operator as that operator', () => {
    expect(operations({ stock: { $inc: -1 }, status: 'sold', place: { city: 'Bonn' } })).toEqual([
      { op: '$set', path: ['place'], value: { city: 'Bonn' } },
      { op: '$set', path: ['status'], value: 'sold' },
      { op: '$inc', path: ['stock'], value: -1 },
    ]);
  });
  it('keeps the operator form as source', () => {
    const update = parseUpdate(
      { stock: { $inc: -1 }, status: 'sold', sold: { $inc: 1 } },
      undefined,
      options,
    );
    expect(update).toMatchObject({
      source: { update: { $inc: { stock: -1, sold: 1 }, $set: { status: 'sold' } }, arrayFilters: [] },
    });
  });
  it('takes an update that changes nothing', () => {
    expect(operations({})).toEqual([]);
    expect(operations({ $set: {}, $inc: {} })).toEqual([]);
  });
  it('reads a pipeline', () => {
    const update = parseUpdate(
      [{ $set: { total: { $add: ['$a', 1] } } }, { $unset: 'a' }],
      undefined,
      options,
    );
    expect(update.kind === 'pipeline' && update.stages.map(({ kind }) => kind)).toEqual(['set', 'unset']);
  });
  it.each<[Json, string]>([
    [[{ $match: {} }], 'update[0]'],
    [[{ $set: { _version: 7 } }], 'update[0]'],
    [[{ $unset: '_id' }], 'update[0]'],
    [null, 'update'],
    ['x', 'update'],
    [{ $set: { a: 1 }, b: 2 }, 'update.b'],
    [{ $bad: { a: 1 } }, 'update.$bad'],
    [{ toString: { $toString: 1 } }, 'update.toString.$toString'],
    [{ a: { $inc: 1, $set: 2 } }, 'update.a.$inc'],
    [{ a: { $incr: 1 } }, 'update.a.$incr'],
    [{ a: { $inc: 'x' } }, 'update.a.$inc'],
  ])('refuses %j', (source, path) => {
    expect(mistake(source)).toBe(path);
  });
});

describe('every operator', () => {
  it.each(updateOperators)('%s takes an object of fields and no system field', (op) => {
    for (const fields of [1, null, [], 'x']) expect(mistake({ [op]: fields })).toBe(`update.${op}`);
    for (const field of ['_id', '_id.a', '_version', '_metadata.a', '_created_at', '_updated_at'])
      expect(mistake({ [op]: { [field]: 1 } })).toBe(`update.${op}.${field}`);
    for (const field of ['', 'a.', '.a', 'a..b', 'a\0', '$', '$[]', '$[x].a', 'a.$.b.$'])
      expect(mistake({ [op]: { [field]: 1 } })).toBe(`update.${op}.${field}`);
  });
});

describe('arguments', () => {
  it.each<[Json, string]>([
    [{ $set: { $a: 1 } }, 'update.$set.$a'],
    [{ $inc: { a: null } }, 'update.$inc.a'],
    [{ $mul: { a: true } }, 'update.$mul.a'],
    [{ $pop: { a: 2 } }, 'update.$pop.a'],
    [{ $pop: { a: true } }, 'update.$pop.a'],
    [{ $rename: { a: 1 } }, 'update.$rename.a'],
    [{ $rename: { a: '_id' } }, 'update.$rename.a'],
    [{ $rename: { a: 'a' } }, 'update.$rename.a'],
    [{ $rename: { 'a.$[]': 'b' } }, 'update.$rename.a.$[]'],
    [{ $currentDate: { a: 1 } }, 'update.$currentDate.a'],
    [{ $currentDate: { a: { $type: 'Date' } } }, 'update.$currentDate.a'],
    [{ $push: { tags: { $each: 1 } } }, 'update.$push.tags.$each'],
    [{ $push: { tags: { $each: [], $slice: 1.5 } } }, 'update.$push.tags.$slice'],
    [{ $push: { tags: { $each: [], $position: 'x' } } }, 'update.$push.tags.$position'],
    [{ $push: { tags: { $each: [], $sort: 0 } } }, 'update.$push.tags.$sort'],
    [{ $push: { tags: { $each: [], $sort: {} } } }, 'update.$push.tags.$sort'],
    [{ $push: { tags: { $each: [], $sort: { a: 'asc' } } } }, 'update.$push.tags.$sort.a'],
    [{ $push: { tags: { $each: [], $x: 1 } } }, 'update.$push.tags.$x'],
    [{ $addToSet: { tags: { $each: [1], $slice: 1 } } }, 'update.$addToSet.tags.$slice'],
    [{ $pullAll: { tags: 1 } }, 'update.$pullAll.tags'],
    [{ $pull: { tags: { $gtt: 1 } } }, 'update.$pull.tags.$gtt'],
    [{ $pull: { tags: { a: { $gtt: 1 } } } }, 'update.$pull.tags.a.$gtt'],
    [{ $bit: { a: {} } }, 'update.$bit.a'],
    [{ $bit: { a: { and: 1.5 } } }, 'update.$bit.a.and'],
    [{ $bit: { a: { nand: 1 } } }, 'update.$bit.a.nand'],
  ])('refuses %j', (source, path) => {
    expect(mistake(source)).toBe(path);
  });
  it('takes an object without $each as a value', () => {
    expect(operations({ $push: { a: { $slice: 1 } } })).toMatchObject([{ values: [{ $slice: 1 }] }]);
  });
});

describe('conflicts', () => {
  it.each<[Json, string]>([
    [{ $set: { a: 1 }, $inc: { a: 1 } }, 'update.$inc.a'],
    [{ $set: { 'a.b': 1, a: 1 } }, 'update.$set.a'],
    [{ $set: { a: 1 }, $unset: { 'a.b': 1 } }, 'update.$unset.a.b'],
    [{ $rename: { a: 'b' }, $set: { b: 1 } }, 'update.$set.b'],
    [{ $rename: { a: 'b', b: 'c' } }, 'update.$rename.b'],
    [{ $set: { 'a.$[]': 1, 'a.0': 1 } }, 'update.$set.a.0'],
  ])('refuses %j', (source, path) => {
    expect(mistake(source)).toBe(path);
  });
  it('lets neighbours be', () => {
    expect(operations({ $set: { 'a.b': 1, 'a.c': 2, ab: 3 } })).toHaveLength(3);
  });
});

describe('array filters', () => {
  it('belong to the names in the paths', () => {
    const update = parseUpdate({ $set: { 'a.$[x].b': 1 } }, [{ 'x.c': 2 }], options);
    expect(update).toMatchObject({
      arrayFilters: { x: { kind: 'compare', path: ['x', 'c'], op: 'eq', value: 2 } },
      source: { arrayFilters: [{ 'x.c': 2 }] },
    });
  });
  it.each<[Json, Json | undefined, string]>([
    [{ $set: { 'a.$[x]': 1 } }, undefined, 'array_filters'],
    [{ $set: { 'a.$[x]': 1 } }, 'x', 'array_filters'],
    [{ $set: { 'a.$[x]': 1 } }, [{ y: 1 }], 'array_filters[0]'],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: 1 }, { 'x.a': 1 }], 'array_filters[1]'],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: 1, y: 1 }], 'array_filters[0]'],
    [{ $set: { 'a.$[x]': 1 } }, [{}], 'array_filters[0]'],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: { $gtt: 1 } }], 'array_filters[0].x.$gtt'],
    [{ $set: { 'a.$[x]': 1 } }, [{ $expr: true }], 'array_filters[0].$expr'],
    [{ $set: { 'a.$[X]': 1 } }, [{ X: 1 }], 'update.$set.a.$[X]'],
    [{ $set: { a: 1 } }, [{ x: 1 }], 'array_filters[0]'],
    [[{ $set: { a: 1 } }], [{ x: 1 }], 'array_filters'],
  ])('%j with %j are refused', (source, filters, path) => {
    expect(mistake(source, filters)).toBe(path);
  });
});

describe('hostile input', () => {
  it('treats __proto__ as an ordinary field', () => {
    const source = JSON.parse('{"$set": {"__proto__": {"polluted": 1}}}');
    expect(operations(source)).toEqual([{ op: '$set', path: ['__proto__'], value: { polluted: 1 } }]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
  it('bounds the depth', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`);
    expect(mistake({ $set: { x: deep } })).toMatch(/^update\.\$set\.x\.a/);
    expect(mistake({ $set: { [Array(101).fill('a').join('.')]: 1 } })).toMatch(/^update\.\$set\.a/);
  });
});
