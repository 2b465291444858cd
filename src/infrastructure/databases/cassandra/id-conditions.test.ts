import { describe, expect, it } from 'vitest';
import type { CassandraFragment } from './cassandra-dialect.ts';
import type { CollectionEntry, StoredIndex } from './cassandra-ledger.ts';
import { candidateSource, idTest } from './id-conditions.ts';

const index = (name: string, state: StoredIndex['state']): StoredIndex => ({
  id: `id of ${name}`,
  state,
  definition: {
    name,
    keys: [{ path: [name], kind: 1 }],
    unique: false,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
  },
});
const entry: CollectionEntry = {
  name: 'c',
  table: 't',
  indexes: [index('a', 'ready'), index('b', 'building')],
};
const ids = (...of: string[]): CassandraFragment => ({ kind: 'ids', ids: of });
const key = { keys: [Buffer.from('1')] };
const alphabetical = { compare: (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0) };

describe('candidateSource', () => {
  it('takes the narrowest part of a conjunction', () => {
    const lookup: CassandraFragment = { kind: 'lookup', index: 'a', bounds: key };
    expect(candidateSource({ kind: 'and', of: [lookup, ids('x')] }, entry)).toEqual([ids('x')]);
    expect(candidateSource({ kind: 'and', of: [{ kind: 'after', id: 'x' }, lookup] }, entry)).toEqual([
      { kind: 'lookup', indexId: 'id of a', bounds: key },
    ]);
  });

  it('needs every branch of a disjunction', () => {
    expect(candidateSource({ kind: 'or', of: [ids('x'), ids('y')] }, entry)).toEqual([ids('x'), ids('y')]);
    expect(
      candidateSource({ kind: 'or', of: [ids('x'), { kind: 'after', id: 'y' }] }, entry),
    ).toBeUndefined();
  });

  it('does not trust an index that is gone or not filled yet', () => {
    for (const name of ['b', 'gone'])
      expect(candidateSource({ kind: 'lookup', index: name, bounds: key }, entry)).toBeUndefined();
  });
});

describe('idTest', () => {
  it('evaluates what a condition says about ids', () => {
    const where: CassandraFragment = {
      kind: 'and',
      of: [
        { kind: 'after', id: 'b' },
        { kind: 'not', of: ids('d') },
      ],
    };
    expect(['a', 'b', 'c', 'd', 'e'].filter(idTest(where, alphabetical))).toEqual(['c', 'e']);
  });
});
