import { BSONRegExp, Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import type { Json } from '../../../domain/value/value.ts';
import { mongodbDialect } from './mongodb-dialect.ts';
import { renderFilter } from './mongodb-filter.ts';

const options = { path: 'filter', shortNames: true, extendedJson: true };
const render = (source: Json) => renderFilter(parseFilter(source, options));
const hex = '65a1b2c3d4e5f60718293a4b';
const long = Long.fromString;

describe('renderFilter', () => {
  const cases: readonly (readonly [Json, unknown])[] = [
    [{}, {}],
    [{ a: 1 }, { a: { $eq: 1 } }],
    [
      { a: { b: { $date: '2024-05-01T00:00:00Z' } } },
      { a: { $eq: { b: new Date('2024-05-01T00:00:00Z') } } },
    ],
    [{ a: 5_000_000_000 }, { a: { $eq: long('5000000000') } }],
    [{ a: { $ne: 1 } }, { a: { $ne: 1 } }],
    [{ a: { $nin: [1, 'x'] } }, { a: { $nin: [1, 'x'] } }],
    [{ a: { $exists: false } }, { a: { $exists: false } }],
    [{ a: { $not: { $gt: 1 } } }, { $nor: [{ a: { $gt: 1 } }] }],
    [{ a: { $regex: '^x', $options: 'i' } }, { a: { $regex: '^x', $options: 'i' } }],
    [{ a: { $gt: 1, $lt: 5 } }, { $and: [{ a: { $gt: 1 } }, { a: { $lt: 5 } }] }],
    [{ $or: [{ a: 1 }, { b: 2 }] }, { $or: [{ a: { $eq: 1 } }, { b: { $eq: 2 } }] }],
    [{ a: { $elemMatch: { $gt: 1, $ne: 3 } } }, { a: { $elemMatch: { $gt: 1, $ne: 3 } } }],
    [
      { a: { $elemMatch: { sku: 'x', n: { $gt: 1 } } } },
      { a: { $elemMatch: { $and: [{ sku: { $eq: 'x' } }, { n: { $gt: 1 } }] } } },
    ],
    [
      { a: { $in: [{ $regularExpression: { pattern: '^x', options: '' } }, 1] } },
      { a: { $in: [1, new BSONRegExp('^x', '')] } },
    ],
    [
      { $expr: { $gt: ['$a', { $date: '2024-05-01T00:00:00Z' }] } },
      { $expr: { $gt: ['$a', new Date('2024-05-01T00:00:00Z')] } },
    ],
  ];
  it.each(cases)('renders %j', (source, expected) => {
    expect(render(source)).toEqual(expected);
  });

  it('looks for an id in every form that reads like it', () => {
    expect(render({ id: hex })).toEqual({ _id: { $in: [hex, ObjectId.createFromHexString(hex)] } });
    expect(render({ id: '42' })).toEqual({ _id: { $in: ['42', long('42')] } });
    expect(render({ id: 'plain' })).toEqual({ _id: { $eq: 'plain' } });
    expect(render({ id: '{"$gt":""}' })).toEqual({ _id: { $eq: '{"$gt":""}' } });
    expect(render({ id: { $ne: '42' } })).toEqual({ _id: { $nin: ['42', long('42')] } });
  });

  it('reads a missing version as 1 and texts of dates as dates', () => {
    expect(render({ _version: { $lt: 3 } })).toEqual({ $or: [{ _version: { $lt: 3 } }, { _version: null }] });
    expect(render({ _version: { $gt: 1 } })).toEqual({ _version: { $gt: 1 } });
    expect(render({ created_at: { $gte: '2024-05' } })).toEqual({
      _created_at: { $gte: new Date('2024-05-01T00:00:00Z') },
    });
  });

  it('never makes an operator of a value', () => {
    expect(renderFilter({ kind: 'compare', path: ['a'], op: 'eq', value: { $gt: '' } })).toEqual({
      a: { $eq: { $gt: '' } },
    });
    expect(renderFilter({ kind: 'in', path: ['a'], values: [{ $gt: '' }, 1], patterns: [] })).toEqual({
      $or: [{ a: { $eq: { $gt: '' } } }, { a: { $in: [1] } }],
    });
  });
});

describe('mongodbDialect', () => {
  it('explains statements without the values of the caller', () => {
    const filter = render({ a: { $in: ['secret', 'other'] }, b: { $gt: 5 }, c: { $exists: false } }) ?? {};
    expect(mongodbDialect.explain({ kind: 'filter', filter })).toEqual({
      $and: [{ a: { $in: ['?'] } }, { b: { $gt: '?' } }, { c: { $exists: false } }],
    });
  });
});
