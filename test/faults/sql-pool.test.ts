import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseAdapter } from '../../src/application/ports/database-adapter.ts';
import type { SqlFragment } from '../../src/infrastructure/databases/sql/sql-fragment.ts';
import { sqlServers } from '../support/sql-servers.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';

const collection = 'pool_test';
const max = 2;
const acquireTimeoutMs = 800;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(sqlServers)('connections to $type', ({ uri, open }) => {
  let proxy: TcpProxy | undefined;
  let adapter: DatabaseAdapter<SqlFragment> | undefined;
  /** The service's way to the server, which a test can spoil. */
  async function start() {
    const target = new URL(uri);
    const way = await tcpProxy({ host: target.hostname, port: Number(target.port) });
    target.host = `127.0.0.1:${way.port}`;
    const opened = open({ uri: target.href, pool: { max, acquireTimeoutMs }, connectTimeoutMs: 3000 });
    [proxy, adapter] = [way, opened];
    const read = async (milliseconds?: number, signal?: AbortSignal): Promise<unknown> => {
      const call = { ...testCall(milliseconds), ...(signal && { signal }) };
      return (await opened.get(collection, ['a'], call))[0]?.id;
    };
    expect(await read()).toBe('a');
    return { way, opened, read };
  }
  beforeAll(async () => {
    const plain = open({ uri });
    const document = testDocument(collection, 'a', {});
    const [outcome] = await plain.insert(collection, [document], testCall(), { ordered: true });
    expect(outcome?.status).toMatch(/inserted|failed/);
    await plain.close();
  });
  afterEach(async () => {
    proxy?.thaw();
    await adapter?.close();
    await proxy?.cut();
  });

  /** Holds every connection until the answer is called. */
  async function holdAll(opened: DatabaseAdapter<SqlFragment>): Promise<() => Promise<void>> {
    let letGo = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let held = 0;
    const all = Array.from({ length: max }, () =>
      opened.transaction?.(testCall(), async (inside) => {
        await inside.get(collection, ['a'], testCall());
        held += 1;
        await until;
      }),
    );
    await expect.poll(() => held).toBe(max);
    return async () => {
      letGo();
      await Promise.allSettled(all);
    };
  }

  const elapsed = async (run: Promise<unknown>): Promise<readonly [outcome: unknown, ms: number]> => {
    const started = Date.now();
    const outcome = await run.catch(({ code }: { code: string }) => code);
    return [outcome, Date.now() - started];
  };

  it('are bounded; who waits too long for one is told in time', async () => {
    const { opened, read } = await start();
    const letGo = await holdAll(opened);
    const waiting = Array.from({ length: 20 }, () => elapsed(read()));
    for (const [outcome, ms] of await Promise.all(waiting)) {
      expect(outcome).toBe('CONNECTION_ERROR');
      expect(ms).toBeGreaterThanOrEqual(acquireTimeoutMs - 50);
      expect(ms).toBeLessThan(acquireTimeoutMs + 2000);
    }
    await letGo();
    expect(await Promise.all(Array.from({ length: 20 }, () => read()))).toEqual(Array(20).fill('a'));
    const { connections } = await opened.ping(testCall());
    expect(connections.active + connections.idle).toBeLessThanOrEqual(max);
  });

  it('are not used for a request that left while it waited', async () => {
    const { opened, read } = await start();
    const letGo = await holdAll(opened);
    const leaving = new AbortController();
    const left = elapsed(read(20_000, leaving.signal));
    await pause(100);
    leaving.abort();
    await letGo();
    expect((await left)[0]).toBe('QUERY_TIMEOUT');
    expect(await read()).toBe('a');
  });

  it('come back after all were cut, and whoever left meanwhile takes no place with it', async () => {
    const { way, opened, read } = await start();
    const letGo = await holdAll(opened);
    const waiting = Array.from({ length: 4 }, () => elapsed(read()));
    // Whoever waits gets the place of a broken connection, whose successor then comes too late.
    way.freeze();
    await way.cut();
    await way.restore();
    await letGo();
    for (const [outcome] of await Promise.all(waiting)) expect(outcome).toBe('CONNECTION_ERROR');
    await pause(200);
    way.thaw();
    await expect.poll(() => read().catch(String), { timeout: 15_000 }).toBe('a');
    await pause(200);
    const release = await holdAll(opened);
    await release();
  });

  it('that go silent end with the request, and leave their places', { timeout: 60_000 }, async () => {
    const { way, opened, read } = await start();
    way.freeze();
    const silent = await Promise.all(Array.from({ length: max }, () => elapsed(read(500))));
    for (const [outcome, ms] of silent) {
      expect(outcome).toMatch(/QUERY_TIMEOUT|CONNECTION_ERROR/);
      expect(ms).toBeLessThan(8000);
    }
    way.thaw();
    await expect.poll(() => read().catch(String), { timeout: 15_000 }).toBe('a');
    const release = await holdAll(opened);
    await release();
  });
});
