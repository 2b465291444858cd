import { expect } from 'vitest';
import { filterOf, findIds, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { filterCases, filterDocuments } from './filter-cases.ts';
import type { Suite } from './suite.ts';

/** The traps of MongoDB's filters; the corpus has the breadth. */
export function filters({ repository, collection, test }: Suite): void {
  test('every trap case finds what MongoDB finds, and counts it', async () => {
    const name = await collection();
    await insertAll(repository(), name, filterDocuments);
    for (const [filter, expected] of filterCases) {
      const ids = await findIds(repository(), name, filter);
      expect({ filter, ids }).toEqual({ filter, ids: [...expected].sort() });
      expect(await repository().count(name, filterOf(filter), testCall())).toBe(expected.length);
    }
  });

  test('a collection that does not exist is empty', async () => {
    expect(await findIds(repository(), 'no_such_collection', {})).toEqual([]);
    expect(await repository().count('no_such_collection', filterOf({ a: 1 }), testCall())).toBe(0);
  });
}
