import { expect, test } from 'vitest';
import type { Json } from '../../domain/value/value.ts';
import { parseSort } from './parse-sort.ts';

const options = { path: 'sort', shortNames: true, extendedJson: false };

test.each<[Json]>([
  [{ name: 1, 'address.city': -1, created_at: 1 }],
  ['name:asc,address.city:desc,created_at:1'],
  ['name, -address.city, created_at'],
  ['name:1,address.city:-1,created_at:ASC'],
  ['+name,-address.city,+created_at'],
])('reads %j', (source) => {
  expect(parseSort(source, options)).toEqual([
    { path: ['name'], direction: 1 },
    { path: ['address', 'city'], direction: -1 },
    { path: ['_created_at'], direction: 1 },
  ]);
});

test.each<[Json, string]>([
  [{ a: 2 }, 'sort.a'],
  [{ a: '1' }, 'sort.a'],
  [{ a: { $meta: 'textScore' } }, 'sort.a'],
  [{ $a: 1 }, 'sort.$a'],
  [{ 'a..b': 1 }, 'sort.a..b'],
  ['name:up', 'sort.name:up'],
  ['-a:1', 'sort.-a:1'],
  ['+a:asc', 'sort.+a:asc'],
  ['', 'sort.'],
  ['a,-a', 'sort'],
  [{ id: 1, _id: 1 }, 'sort'],
  [['a'], 'sort'],
])('refuses %j', (source, path) => {
  expect(() => parseSort(source, options)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', details: { path } }),
  );
});
