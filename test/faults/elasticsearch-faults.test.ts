import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createElasticsearchAdapter,
  type ElasticsearchAdapter,
} from '../../src/infrastructure/databases/elasticsearch/elasticsearch-adapter.ts';
import type { ElasticsearchOptions } from '../../src/infrastructure/databases/elasticsearch/elasticsearch-options.ts';
import { type FrontAnswer, type HttpFront, httpFront } from '../support/http-front.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';
import { testCall } from '../support/test-call.ts';
import { testCertificate } from '../support/test-certificates.ts';
import { testDocument } from '../support/test-document.ts';

const server = process.env.ELASTICSEARCH_URL ?? '';
const prefix = `faults-${process.pid}`;
const collection = 'c';
const everything = { where: undefined, order: undefined, skip: 0, limit: undefined };

/** As Elasticsearch words it when the queue of a thread pool is full. */
const rejected: FrontAnswer = {
  status: 429,
  body: {
    error: {
      root_cause: [{ type: 'es_rejected_execution_exception', reason: 'rejected execution' }],
      type: 'es_rejected_execution_exception',
      reason: 'rejected execution',
    },
    status: 429,
  },
};
const unauthorized: FrontAnswer = {
  status: 401,
  body: { error: { type: 'security_exception', reason: 'unable to authenticate' }, status: 401 },
};

/** On a real server, behind a front that this file can close, overload or lock. */
describe.skipIf(server === '')('faults of Elasticsearch', { timeout: 120_000 }, () => {
  const opened: ElasticsearchAdapter[] = [];
  let direct: ElasticsearchAdapter;
  let front: HttpFront;

  const open = (options: Partial<ElasticsearchOptions>): ElasticsearchAdapter => {
    const adapter = createElasticsearchAdapter({ addresses: [server], prefix, replicas: 0, ...options });
    opened.push(adapter);
    return adapter;
  };
  const insert = (adapter: ElasticsearchAdapter, ...ids: readonly string[]) =>
    adapter.insert(
      collection,
      ids.map((id) => testDocument(collection, id, { id })),
      testCall(),
      { ordered: false },
    );
  const get = async (adapter: ElasticsearchAdapter, id: string) =>
    (await adapter.get(collection, [id], testCall()))[0]?.id;
  const find = async (adapter: ElasticsearchAdapter) =>
    (await Array.fromAsync(adapter.find(collection, everything, testCall()))).map(({ id }) => id);

  beforeAll(async () => {
    direct = open({});
    await insert(direct, 'a');
  });
  afterAll(async () => {
    for (const name of await direct.schema.listCollections(testCall()))
      await direct.schema.dropCollection(name, testCall());
    await direct.close();
    for (const own of ['ledger', 'keys', 'outbox'])
      await fetch(`${server}/${prefix}-${own}`, { method: 'DELETE' });
  });
  beforeEach(async () => {
    front = await httpFront(server);
  });
  afterEach(async () => {
    for (const adapter of opened.splice(1)) await adapter.close();
    await front.close();
  });

  /** The block that Elasticsearch sets when a disk is full: 429 for each item of a bulk. */
  const blockWrites = async (blocked: boolean): Promise<void> => {
    const body = JSON.stringify({ 'index.blocks.read_only_allow_delete': blocked ? true : null });
    const headers = { 'content-type': 'application/json' };
    const url = `${server}/${prefix}-c-${collection}/_settings`;
    expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(200);
  };

  it('asks again what a full queue refused, each time a little later', async () => {
    const times: number[] = [];
    front.before = ({ path }) => {
      if (!path.includes('_search')) return undefined;
      times.push(Date.now());
      return times.length <= 4 ? rejected : undefined;
    };
    expect(await find(open({ addresses: [front.url] }))).toContain('a');
    expect(times).toHaveLength(5);
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(new Set(waits).size, waits.join()).toBeGreaterThan(1);
  });

  it('says CONNECTION_ERROR when the queue stays full', async () => {
    let asked = 0;
    front.before = () => {
      asked += 1;
      return rejected;
    };
    const failed = { code: 'CONNECTION_ERROR', message: expect.stringContaining('overloaded') };
    await expect(get(open({ addresses: [front.url] }), 'a')).rejects.toMatchObject(failed);
    expect(asked).toBeGreaterThan(3);
  });

  it('writes again the items of a bulk that were refused, and those alone', async () => {
    const adapter = open({ addresses: [front.url] });
    await blockWrites(true);
    let bulks = 0;
    front.before = async ({ path }) => {
      if (!path.includes('_bulk') || path.includes('outbox')) return undefined;
      bulks += 1;
      if (bulks === 3) await blockWrites(false);
      return undefined;
    };
    expect(await insert(adapter, 'b', 'c')).toEqual([{ status: 'inserted' }, { status: 'inserted' }]);
    expect(bulks).toBe(3);
    await blockWrites(true);
    const [outcome] = await insert(adapter, 'd');
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'CONNECTION_ERROR' } });
    await blockWrites(false);
    expect(await get(adapter, 'd')).toBeUndefined();
  });

  it('goes on when its node is back, and with another node meanwhile', async () => {
    const { hostname, port } = new URL(server);
    const way = () => tcpProxy({ host: hostname, port: Number(port) });
    const [first, second] = [await way(), await way()];
    const address = (one: { readonly port: number }) => `http://127.0.0.1:${one.port}`;
    const alone = open({ addresses: [address(first)] });
    const both = open({ addresses: [address(first), address(second)] });
    for (const adapter of [alone, both, both]) expect(await get(adapter, 'a')).toBe('a');
    await first.cut();
    await expect(get(alone, 'a')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    for (let n = 0; n < 5; n += 1) expect(await get(both, 'a')).toBe('a');
    await first.restore();
    await expect.poll(() => get(alone, 'a').catch(String), { timeout: 15_000 }).toBe('a');
    expect(await insert(alone, `back-${first.port}`)).toEqual([{ status: 'inserted' }]);
    await second.cut();
    await expect.poll(() => get(both, 'a').catch(String), { timeout: 15_000 }).toBe('a');
    await alone.close();
    await both.close();
    await first.cut();
  });

  it('gives no half of a collection for the whole when a shard is away', async () => {
    const _shards = { total: 2, successful: 1, failed: 1 };
    const headers = { 'x-elastic-product': 'Elasticsearch' };
    front.before = ({ path }) => {
      if (path.includes('_count')) return { status: 200, headers, body: { count: 1, _shards } };
      if (!path.includes('_search')) return undefined;
      if (!path.includes('allow_partial_search_results=false'))
        return { status: 200, headers, body: { _shards, hits: { hits: [] } } };
      const error = {
        type: 'search_phase_execution_exception',
        reason: 'Search rejected due to missing shards',
      };
      return { status: 503, body: { error: { ...error, root_cause: [] }, status: 503 } };
    };
    const adapter = open({ addresses: [front.url] });
    const away = { code: 'CONNECTION_ERROR' };
    await expect(find(adapter)).rejects.toMatchObject(away);
    await expect(adapter.count(collection, undefined, testCall())).rejects.toMatchObject(away);
    const raw = { query: { index: collection }, params: [], allowWrites: false, maxRows: 10 };
    await expect(adapter.raw?.(raw, testCall())).rejects.toMatchObject(away);
  });

  it('goes over to other credentials, disturbs nothing that runs, and keeps the old ones when the others are refused', async () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    let accepted: readonly string[] = [basic('app:one')];
    front.before = ({ headers }) =>
      accepted.includes(headers.authorization ?? '') ? undefined : unauthorized;
    const adapter = open({ addresses: [front.url], auth: { username: 'app', password: 'one' } });
    expect(await get(adapter, 'a')).toBe('a');
    await expect(adapter.reconnect({ username: 'app', password: 'wrong' })).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
    });
    expect(await get(adapter, 'a')).toBe('a');
    accepted = [basic('app:one'), 'ApiKey dHdvOnR3bw=='];
    const running = Array.from({ length: 30 }, (_, n) => insert(adapter, `r${n}`));
    await adapter.reconnect({ apiKey: 'dHdvOnR3bw==' });
    expect((await Promise.all(running)).flat()).toEqual(running.map(() => ({ status: 'inserted' })));
    accepted = ['ApiKey dHdvOnR3bw=='];
    expect(await get(adapter, 'a')).toBe('a');
    const before = open({ addresses: [front.url], auth: { username: 'app', password: 'one' } });
    await expect(get(before, 'a')).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  });

  it('speaks TLS, checks who answers, and shows its own certificate', async () => {
    const [node, client] = [testCertificate('node'), testCertificate('client')];
    await front.close();
    front = await httpFront(server, {
      ...node,
      ca: client.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const at = (tls: NonNullable<ElasticsearchOptions['tls']>) =>
      get(open({ addresses: [front.url], tls }), 'a');
    expect(await at({ ca: node.cert, ...client })).toBe('a');
    expect(await at({ verify: false, ...client })).toBe('a');
    await expect(at({ ca: client.cert, ...client })).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await expect(at({ ...client })).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await expect(at({ ca: node.cert })).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  });
});
