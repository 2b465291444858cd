import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningService, startService } from '../support/start-service.ts';

/** The command of a server that may be restarted: it does `start`, which prints the address, and `stop`. */
const command = process.env.RESTARTABLE_ELASTICSEARCH ?? '';
const collection = 'restarted';
const control = (what: string) => promisify(execFile)('sh', ['-c', `${command} ${what}`]);

let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop('SIGKILL');
  if (command !== '') await control('stop');
});

/** Creates and changes documents until the signal; answers the version of each that was acknowledged. */
async function write(url: string, acknowledged: Map<string, number>, signal: AbortSignal): Promise<void> {
  const send = (method: string, path: string, body: object) =>
    fetch(`${url}/api/v1/documents${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (let n = 0; !signal.aborted; n += 1) {
    const id = `d${n}`;
    const created = await send('POST', '', { collection, id, data: { n } });
    if (created.status !== 201) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    acknowledged.set(id, 1);
    const changed = await send('POST', `/${collection}/${id}/find-and-update`, {
      update: { $inc: { n: 1 } },
    });
    if (changed.status === 200) acknowledged.set(id, 2);
  }
}

describe.skipIf(command === '')('Elasticsearch: a restart of its node', () => {
  it('is told, loses nothing, and needs no restart of the service', { timeout: 600_000 }, async () => {
    const { stdout } = await control('start --fresh');
    const address = /^\w+_URL=(\S+)$/m.exec(stdout)?.[1] ?? '';
    const running = await startService({
      APP_DATABASES_DEFAULT: 'elasticsearch',
      APP_ELASTICSEARCH_ENABLED: 'true',
      APP_ELASTICSEARCH_ADDRESSES: address,
      APP_ELASTICSEARCH_DATABASE: `restart-${process.pid}`,
      APP_ELASTICSEARCH_REPLICAS: '0',
      APP_OBSERVABILITY_LOG_REQUESTS: 'false',
    });
    service = running;
    const read = async (): Promise<unknown> => {
      const answer = await fetch(`${running.url}/api/v1/documents/${collection}/d0`);
      const { error } = (await answer.json()) as { error?: { code: string } };
      return error?.code ?? answer.status;
    };
    const acknowledged = new Map<string, number>();
    const stop = new AbortController();
    const written = write(running.url, acknowledged, stop.signal);
    const grownBy = (more: number) => {
      const target = acknowledged.size + more;
      return expect.poll(() => acknowledged.size, { timeout: 60_000 }).toBeGreaterThanOrEqual(target);
    };
    await grownBy(10);
    await control('stop');
    await expect.poll(read, { timeout: 10_000 }).toBe('CONNECTION_ERROR');
    const started = Date.now();
    expect(await read()).toBe('CONNECTION_ERROR');
    expect(Date.now() - started).toBeLessThan(5000);
    await control('start');
    await expect.poll(read, { timeout: 60_000 }).toBe(200);
    await grownBy(10);
    stop.abort();
    await written;
    for (const [id, version] of acknowledged) {
      const answer = await fetch(`${running.url}/api/v1/documents/${collection}/${id}`);
      const { data } = (await answer.json()) as { data: { version: number } };
      expect(data.version, id).toBeGreaterThanOrEqual(version);
    }
  });
});
