import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';
import { parseIndex } from './parse-index.ts';

const options = { path: '', shortNames: true, extendedJson: false };

function mistake(source: Json): unknown {
  try {
    parseIndex(source, options);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'INVALID_REQUEST') return error.details.path;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseIndex', () => {
  it('names the index after its keys as MongoDB does', () => {
    expect(parseIndex({ keys: { 'a.city': 1, age: -1, created_at: 1 } }, options)).toEqual({
      name: 'a.city_1_age_-1__created_at_1',
      keys: [
        { path: ['a', 'city'], kind: 1 },
        { path: ['age'], kind: -1 },
        { path: ['_created_at'], kind: 1 },
      ],
      unique: false,
      sparse: false,
      expireAfterSeconds: undefined,
      partialFilter: undefined,
    });
  });
  it('reads the options', () => {
    const source = { name: 'n', unique: true, partial_filter: { a: { $gt: 1 } } };
    expect(parseIndex({ keys: { a: 1 }, options: source }, options)).toMatchObject({
      name: 'n',
      unique: true,
      partialFilter: {
        filter: { kind: 'compare', path: ['a'], op: 'gt', value: 1 },
        source: { a: { $gt: 1 } },
      },
    });
    expect(parseIndex({ keys: { at: 1 }, options: { expire_after_seconds: 0 } }, options)).toMatchObject({
      expireAfterSeconds: 0,
    });
  });
  it.each<[Json, string]>([
    [[], ''],
    [{}, 'keys'],
    [{ keys: {} }, 'keys'],
    [{ keys: { a: 2 } }, 'keys.a'],
    [{ keys: { a: 'asc' } }, 'keys.a'],
    [{ keys: { 'a..b': 1 } }, 'keys.a..b'],
    [{ keys: { $a: 1 } }, 'keys.$a'],
    [{ keys: { id: 1 } }, 'keys'],
    [{ keys: { id: 1, _id: 1, a: 1 } }, 'keys'],
    [{ keys: { a: 'hashed', b: 'hashed' } }, 'keys'],
    [{ keys: { a: 'text', b: '2dsphere' } }, 'keys'],
    [{ keys: { ['a'.repeat(200)]: 1 } }, 'keys'],
    [{ keys: { a: 1 }, options: null }, 'options'],
    [{ keys: { a: 1 }, options: { uniqe: true } }, 'options.uniqe'],
    [{ keys: { a: 1 }, options: { unique: 1 } }, 'options.unique'],
    [{ keys: { a: 'hashed' }, options: { unique: true } }, 'options.unique'],
    [{ keys: { a: 1 }, options: { name: '' } }, 'options.name'],
    [{ keys: { a: 1 }, options: { name: '_id_' } }, 'options.name'],
    [{ keys: { a: 1 }, options: { name: 'x'.repeat(129) } }, 'options.name'],
    [{ keys: { a: 1 }, options: { sparse: true, partial_filter: { a: 1 } } }, 'options.sparse'],
    [{ keys: { a: 1 }, options: { partial_filter: { a: { $ne: 1 } } } }, 'options.partial_filter'],
    [{ keys: { a: 1 }, options: { partial_filter: { a: { $gtt: 1 } } } }, 'options.partial_filter.a.$gtt'],
    [{ keys: { a: 1 }, options: { expire_after_seconds: -1 } }, 'options.expire_after_seconds'],
    [{ keys: { a: 1, b: 1 }, options: { expire_after_seconds: 1 } }, 'options.expire_after_seconds'],
  ])('refuses %j', (source, path) => {
    expect(mistake(source)).toBe(path);
  });
});
