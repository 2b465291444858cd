import { expect } from 'vitest';
import { flatView } from '../../src/domain/document/flat-view.ts';
import { sortKey } from '../../src/domain/evaluation/sort-key.ts';
import type { Sort } from '../../src/domain/query/sort.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';
import { filterOf, findAll, findIds, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import type { Suite } from './suite.ts';

const mixed: readonly JsonObject[] = [
  { _id: '01', v: 2 },
  { _id: '02', v: 'b' },
  { _id: '03', v: null },
  { _id: '04' },
  { _id: '05', v: true },
  { _id: '06', v: false },
  { _id: '07', v: { x: 1 } },
  { _id: '08', v: [5, -1] },
  { _id: '09', v: [] },
  { _id: '10', v: 1.5 },
  { _id: '11', v: 'B' },
  { _id: '12', v: '\u{1F600}' },
  { _id: '13', v: '\uFFFD' },
  { _id: '14', v: 2 },
  { _id: '15', v: { x: 0 } },
];

/** The order of MongoDB's types, `[]` before null, an array by its least or greatest element, ties by `_id`. */
const ascending = ['09', '03', '04', '08', '10', '01', '14', '11', '02', '13', '12', '15', '07', '06', '05'];
const descending = ['05', '06', '07', '15', '12', '13', '02', '11', '08', '01', '14', '10', '03', '04', '09'];

/** Sort, skip, limit, and keyset paging over values of every type. */
export function paging({ repository, collection, test }: Suite): void {
  test('values of every type sort as in MongoDB', async () => {
    const name = await collection();
    await insertAll(repository(), name, mixed);
    expect(await findIds(repository(), name, {}, { v: 1 })).toEqual(ascending);
    expect(await findIds(repository(), name, {}, { v: -1 })).toEqual(descending);
    expect(await findIds(repository(), name, {}, { v: 1, id: -1 })).not.toEqual(ascending);
  });

  test('skip and limit cut the sorted order, also under a filter', async () => {
    const name = await collection();
    await insertAll(repository(), name, mixed);
    const page = await findAll(repository(), name, {}, { v: 1 }, { skip: 3, limit: 4 });
    expect(page.map((one) => one.id)).toEqual(ascending.slice(3, 7));
    const numbers = await findAll(repository(), name, { v: { $gt: 1 } }, { v: -1 }, { skip: 1, limit: 2 });
    expect(numbers.map((one) => one.id)).toEqual(['01', '14']);
    expect(await findAll(repository(), name, {}, { v: 1 }, { skip: 100, limit: 5 })).toEqual([]);
  });

  for (const direction of [1, -1] as const) {
    test(`keyset pages ${direction === 1 ? 'up' : 'down'} give every document once, in order`, async () => {
      const name = await collection();
      await insertAll(repository(), name, mixed);
      const expected = direction === 1 ? ascending : descending;
      expect(await walkPages(name, [{ path: ['v'], direction }])).toEqual(expected);
    });
  }

  /** All ids, three a page, each page starting after the sort key of the last row. */
  async function walkPages(name: string, asked: Sort): Promise<readonly string[]> {
    const order: Sort = [...asked, { path: ['_id'], direction: 1 }];
    const ids: string[] = [];
    let after: ReturnType<typeof sortKey> | undefined;
    for (let page = 0; page < 20; page += 1) {
      const query = { filter: filterOf({}), sort: asked, skip: 0, limit: 3, after, projection: undefined };
      const documents = await Array.fromAsync(repository().find(name, query, testCall()));
      ids.push(...documents.map((document) => document.id));
      const last = documents.at(-1);
      if (last === undefined || documents.length < 3) return ids;
      after = sortKey(flatView(last), order);
    }
    return ids;
  }
}
