import { expect, test } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import { ObjectIdValue } from '../../domain/value/bson.ts';
import type { Json } from '../../domain/value/value.ts';
import { parseFilter } from './parse-filter.ts';

const plain = { path: 'filter', shortNames: true, extendedJson: false };

function mistake(source: Json, options = plain): unknown {
  try {
    parseFilter(source, options);
  } catch (error) {
    return error instanceof ServiceError && error.code === 'INVALID_REQUEST' ? error.details.path : error;
  }
  return 'no error';
}

const eq = (path: string, value: Json) => ({ kind: 'compare', path: path.split('.'), op: 'eq', value });

test('normalises', () => {
  expect(parseFilter({}, plain)).toEqual({ kind: 'everything' });
  expect(parseFilter({ a: 1 }, plain)).toEqual(eq('a', 1));
  expect(parseFilter({ a: { $ne: 1 } }, plain)).toEqual({ kind: 'not', of: eq('a', 1) });
  expect(parseFilter({ a: { $not: { $ne: 1 } } }, plain)).toEqual(eq('a', 1));
  expect(parseFilter({ a: { $exists: false } }, plain)).toEqual({
    kind: 'not',
    of: { kind: 'exists', path: ['a'] },
  });
  expect(parseFilter({ $nor: [{ a: 1 }, { b: 2 }] }, plain)).toEqual({
    kind: 'not',
    of: { kind: 'or', of: [eq('a', 1), eq('b', 2)] },
  });
  expect(parseFilter({ a: 1, $and: [{ b: 2 }, { $and: [{ c: 3 }] }] }, plain)).toEqual({
    kind: 'and',
    of: [eq('a', 1), eq('b', 2), eq('c', 3)],
  });
  expect(parseFilter({ a: { $all: [1, 2] } }, plain)).toEqual({ kind: 'and', of: [eq('a', 1), eq('a', 2)] });
  expect(parseFilter({ a: { $in: [] }, b: 1 }, plain)).toEqual({ kind: 'nothing' });
  expect(parseFilter({ $or: [{ a: { $in: [] } }, { b: 1 }] }, plain)).toEqual(eq('b', 1));
  expect(parseFilter({ $or: [{}, { b: 1 }] }, plain)).toEqual({ kind: 'everything' });
  expect(parseFilter({ a: { $in: [7] } }, plain)).toEqual(eq('a', 7));
  expect(parseFilter({ a: { $nin: [] } }, plain)).toEqual({ kind: 'everything' });
});

test('resolves the short names, but not inside elements', () => {
  expect(parseFilter({ id: 'x' }, plain)).toEqual(eq('_id', 'x'));
  expect(parseFilter({ 'data.id': 'x' }, plain)).toEqual(eq('id', 'x'));
  expect(parseFilter({ 'data.name': 'x' }, plain)).toEqual(eq('data.name', 'x'));
  expect(parseFilter({ id: 'x' }, { ...plain, shortNames: false })).toEqual(eq('id', 'x'));
  expect(parseFilter({ a: { $elemMatch: { id: 1 } } }, plain)).toMatchObject({ of: { path: ['id'] } });
});

test('an object whose first key is no operator is a value', () => {
  expect(parseFilter({ a: { b: 1, $gt: 2 } }, plain)).toEqual(eq('a', { b: 1, $gt: 2 }));
  expect(parseFilter({ a: {} }, plain)).toEqual(eq('a', {}));
});

test.each<[Json, string]>([
  [5, 'filter'],
  [{ $or: [{}, { age: { $gtt: 1 } }] }, 'filter.$or[1].age.$gtt'],
  [{ a: { $gt: 1, b: 2 } }, 'filter.a.b'],
  [{ $foo: 1 }, 'filter.$foo'],
  [{ $and: [] }, 'filter.$and'],
  [{ $or: [1] }, 'filter.$or[0]'],
  [{ a: { $in: 5 } }, 'filter.a.$in'],
  [{ a: { $in: [1, { $gt: 1 }] } }, 'filter.a.$in[1]'],
  [{ a: { $size: -1 } }, 'filter.a.$size'],
  [{ a: { $mod: [0, 1] } }, 'filter.a.$mod'],
  [{ a: { $type: 'Int' } }, 'filter.a.$type'],
  [{ a: { $not: 5 } }, 'filter.a.$not'],
  [{ a: { $not: {} } }, 'filter.a.$not'],
  [{ a: { $options: 'i' } }, 'filter.a.$options'],
  [{ a: { $regex: 'x', $options: 'g' } }, 'filter.a.$regex'],
  [{ a: { $regex: '(?=x)' } }, 'filter.a.$regex'],
  [{ a: { $regex: '(a)\\1' } }, 'filter.a.$regex'],
  [{ a: { $regex: '[x' } }, 'filter.a.$regex'],
  [{ a: { $elemMatch: 5 } }, 'filter.a.$elemMatch'],
  [{ a: { $elemMatch: { $expr: true } } }, 'filter.a.$elemMatch.$expr'],
  [{ a: { $elemMatch: { b: { $bad: 1 } } } }, 'filter.a.$elemMatch.b.$bad'],
  [{ a: { $all: [{ $elemMatch: {} }, 1] } }, 'filter.a.$all[1]'],
  [{ a: { $bitsAllSet: -1 } }, 'filter.a.$bitsAllSet'],
  [{ a: { $date: '2020-01-01T00:00:00Z' } }, 'filter.a.$date'],
  [{ a: { $eq: { $date: '2020-01-01T00:00:00Z' } } }, 'filter.a.$eq'],
  [{ 'a.$b': 1 }, 'filter.a.$b'],
  [{ 'a\0b': 1 }, 'filter.a\0b'],
  [{ $where: 'true' }, 'filter.$where'],
  [{ a: { $where: 'true' } }, 'filter.a.$where'],
  [{ $or: [{ $function: {} }] }, 'filter.$or[0].$function'],
  [{ $jsonSchema: { properties: { x: { minimum: 'a' } } } }, 'filter.$jsonSchema.properties.x.minimum'],
  [{ $jsonSchema: { type: 'integer' } }, 'filter.$jsonSchema.type'],
  [{ $text: { $search: 5 } }, 'filter.$text'],
])('refuses %j at %s', (source, path) => {
  expect(mistake(source)).toBe(path);
});

test('Extended JSON is a value where the database has it', () => {
  const extended = { ...plain, extendedJson: true };
  expect(parseFilter({ a: { $oid: '0123456789abcdef01234567' } }, extended)).toMatchObject({
    op: 'eq',
    value: new ObjectIdValue('0123456789abcdef01234567'),
  });
  expect(parseFilter({ a: { $gt: { $date: { $numberLong: '5' } } } }, extended)).toMatchObject({
    op: 'gt',
    value: new Date(5),
  });
  expect(parseFilter({ a: { $regularExpression: { pattern: 'x', options: 'mi' } } }, extended)).toEqual({
    kind: 'regex',
    path: ['a'],
    pattern: 'x',
    flags: 'im',
  });
  expect(mistake({ a: { $oid: 'x' } }, extended)).toBe('filter.a');
  expect(mistake({ a: { $ne: { $regularExpression: { pattern: 'x', options: '' } } } }, extended)).toBe(
    'filter.a.$ne',
  );
  expect(mistake({ a: { $numberDecimal: '1E+999999' } }, extended)).toBe('filter.a');
});

test('bounds depth, size and lists', () => {
  let deep: Json = { a: 1 };
  for (let i = 0; i < 150; i++) deep = { $and: [deep] };
  expect(mistake(deep)).toContain('filter.$and[0].$and[0]');
  let deepValue: Json = 1;
  for (let i = 0; i < 150; i++) deepValue = [deepValue];
  expect(mistake({ a: deepValue })).toContain('filter.a[0][0]');
  expect(mistake({ a: { $in: Array.from({ length: 100_001 }, (_, i) => i) } })).toBe('filter.a.$in');
  const wide = { $or: Array.from({ length: 110_000 }, (_, a) => ({ a })) };
  expect(mistake(wide)).toContain('filter.$or[');
  expect(mistake({ a: { $regex: 'a'.repeat(20_000) } })).toBe('filter.a.$regex');
  expect(mistake({ [Array(300).fill('a').join('.')]: 1 })).toContain('filter.a.a');
});

test('a key __proto__ is an ordinary key', () => {
  const filter = parseFilter(JSON.parse('{"a": {"$eq": {"__proto__": {"x": 1}}}}') as Json, plain);
  expect(JSON.stringify(filter)).toContain('"__proto__":{"x":1}');
  expect(Object.prototype).not.toHaveProperty('x');
});
