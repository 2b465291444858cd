import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { backgroundCall } from '../background-call.ts';
import { createElasticsearchAdapter, type ElasticsearchAdapter } from './elasticsearch-adapter.ts';

const url = process.env.ELASTICSEARCH_URL;
const prefix = `unit-${process.pid}`;
const call = (): Call => new LazyCall();

/** As an interface may make them: the fields are those of the class, and a copy of the object has none. */
class LazyCall implements Call {
  readonly #call = backgroundCall(60_000);
  get signal(): AbortSignal {
    return this.#call.signal;
  }
  get requestId(): string {
    return this.#call.requestId;
  }
  get deadline(): number {
    return this.#call.deadline;
  }
}

function document(collection: string, id: string, data: JsonObject): Document {
  const now = new Date().toISOString();
  const body = DocumentBody.fromValue(data);
  return { id, collection, data: body, version: 1, createdAt: now, updatedAt: now, metadata: {} };
}

/** On a real server: `ELASTICSEARCH_URL=http://127.0.0.1:9200`. */
describe.skipIf(url === undefined)('the Elasticsearch adapter', { timeout: 120_000 }, () => {
  const opened: ElasticsearchAdapter[] = [];
  const open = (): ElasticsearchAdapter => {
    const adapter = createElasticsearchAdapter({ addresses: [url ?? ''], prefix, replicas: 0 });
    opened.push(adapter);
    return adapter;
  };
  let adapter: ElasticsearchAdapter;

  // Not while the tests are collected: that happens without a server too.
  beforeAll(() => {
    adapter = open();
  });

  afterAll(async () => {
    for (const name of await adapter.schema.listCollections(call()))
      await adapter.schema.dropCollection(name, call());
    for (const one of opened) await one.close();
    for (const own of ['ledger', 'keys', 'outbox'])
      await fetch(`${url}/${prefix}-${own}`, { method: 'DELETE' });
  });

  async function insert(collection: string, id: string, data: JsonObject): Promise<string> {
    const [outcome] = await adapter.insert(collection, [document(collection, id, data)], call(), {
      ordered: true,
    });
    return outcome?.status ?? '';
  }

  async function find(collection: string, leaf: Leaf): Promise<readonly string[]> {
    const pushed = adapter.dialect.leaf(leaf, { collection, indexes: [] });
    expect(pushed?.exact).toBe(true);
    const query = { where: pushed?.native, order: undefined, skip: 0, limit: undefined };
    return (await Array.fromAsync(adapter.find(collection, query, call()))).map(({ id }) => id);
  }

  it('takes thousands of different fields, and a field of several types', async () => {
    for (let part = 0; part < 5; part += 1) {
      const fields = Array.from({ length: 1000 }, (_, n) => [`f${part}_${n}`, n] as const);
      expect(await insert('wide', `w${part}`, Object.fromEntries(fields))).toBe('inserted');
    }
    const kinds = [1, 'one', true, null, { deep: 1 }, [1, 'one'], '2020-01-01', 1.5];
    for (const [i, v] of kinds.entries()) expect(await insert('wide', `k${i}`, { v })).toBe('inserted');
    expect(await find('wide', { kind: 'compare', path: ['f3_999'], op: 'gte', value: 999 })).toEqual(['w3']);
    expect(await find('wide', { kind: 'compare', path: ['v'], op: 'gte', value: 1 })).toEqual([
      'k0',
      'k5',
      'k7',
    ]);
    expect(await find('wide', { kind: 'compare', path: ['v'], op: 'eq', value: 'one' })).toEqual([
      'k1',
      'k5',
    ]);
    expect(await find('wide', { kind: 'type', path: ['v'], types: ['object', 'bool'] })).toEqual([
      'k2',
      'k4',
    ]);
  });

  it('gives documents back as they were', async () => {
    const keys = fc.string({ unit: 'binary', maxLength: 20 }).filter((key) => key.isWellFormed());
    const named = keys.filter((key) => !key.includes('\0'));
    const values = fc.jsonValue({ noUnicodeString: false });
    const samples = fc.sample(fc.dictionary(named, values, { maxKeys: 5 }), 200) as JsonObject[];
    const odd: JsonObject[] = [
      { '': 1, ' ': 2, '.': 3, 'a.b': { '.': 4 } },
      JSON.parse('{"__proto__": {"constructor": {"prototype": 1}}}'),
      { ['k'.repeat(20_000)]: 'v'.repeat(40_000) },
      { n: [1e21, 5e-324, 1.7976931348623157e308, 0.1, -1e-7, 9007199254740991, 123456789012345680000] },
      { long: 'é𝄞\0\u0001'.repeat(10_000) },
    ];
    const all = [...samples, ...odd].filter((data) => JSON.stringify(data).isWellFormed());
    const documents = all.map((data, i) => document('round', `r${i}`, data));
    const outcomes = await adapter.insert('round', documents, call(), { ordered: false });
    expect(outcomes.filter((outcome) => outcome.status !== 'inserted')).toEqual([]);
    const found = await adapter.get(
      'round',
      documents.map(({ id }) => id),
      call(),
    );
    for (const [i, one] of found.entries())
      expect(one?.data.text).toBe(JSON.stringify(JSON.parse(JSON.stringify(all[i]))));
  });

  it('reads beyond a page at one point in time, in order', async () => {
    const documents = Array.from({ length: 1500 }, (_, n) =>
      document('long', `d${String(n).padStart(5, '0')}`, { n }),
    );
    await adapter.insert('long', documents, call(), { ordered: false });
    const query = { where: undefined, order: undefined, skip: 700, limit: 700 };
    const ids = (await Array.fromAsync(adapter.find('long', query, call()))).map(({ id }) => id);
    expect(ids).toEqual(documents.slice(700, 1400).map(({ id }) => id));
  });

  it('holds a unique key against writers of another process and a new index', async () => {
    const other = open();
    await insert('unique', 'first', { email: 'x' });
    const keys = [{ path: ['email'], kind: 1 as const }];
    const definition = {
      name: 'email_1',
      keys,
      unique: true,
      sparse: false,
      expireAfterSeconds: undefined,
      partialFilter: undefined,
    };
    await other.schema.createIndex('unique', definition, call());
    expect(await insert('unique', 'second', { email: 'x' })).toBe('failed');
    const racing = Array.from({ length: 40 }, (_, n) => n);
    const statuses = await Promise.all(
      racing.map(async (n) => {
        const one = document('unique', `r${n}`, { email: 'y' });
        const [outcome] = await (n % 2 ? adapter : other).insert('unique', [one], call(), { ordered: true });
        return outcome?.status;
      }),
    );
    expect(statuses.filter((status) => status === 'inserted')).toHaveLength(1);
  });

  it('answers raw searches of one collection, by natural names, and refuses the rest', async () => {
    await insert('raw', 'a', { city: 'Rome', deep: { n: 1 } });
    await insert('raw', 'b', { city: 'Oslo' });
    const run = (query: JsonObject) =>
      adapter.raw?.({ query, params: [], allowWrites: false, maxRows: 10 }, call());
    const found = await run({ index: 'raw', query: { term: { 'data.city': 'Rome' } } });
    expect(found?.rows).toMatchObject([{ _id: 'a', _source: { data: { city: 'Rome', deep: { n: 1 } } } }]);
    const counted = await run({ index: 'raw', size: 0, aggs: { c: { terms: { field: 'data.city' } } } });
    expect(counted?.rows).toHaveLength(1);
    const refusals: readonly JsonObject[] = [
      { index: `${prefix}-ledger*`, query: {} },
      { index: 'raw', query: { script: { script: 'true' } } },
      { index: 'raw', query: { terms: { id: { index: 'other', id: '1', path: 'x' } } } },
      { index: 'raw', runtime_mappings: {} },
      { index: 'raw', query: { nonsense: {} } },
    ];
    for (const query of refusals)
      await expect(run(query), JSON.stringify(query)).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_REQUEST|VALIDATION_ERROR/),
      });
  });
});
