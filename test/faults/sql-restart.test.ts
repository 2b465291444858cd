import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { generator, seed } from '../support/random.ts';
import { sqlServers } from '../support/sql-servers.ts';
import { type RunningService, startService } from '../support/start-service.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';
import { openTestRepository } from '../support/test-databases.ts';
import { AcknowledgedWrites } from './acknowledged-writes.ts';

const rounds = 2;

/** A server that a test can take down and bring up again. */
interface Restartable {
  readonly uri: string;
  readonly down: () => Promise<unknown>;
  readonly up: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

const run = promisify(execFile);

/** A server of the tests' own. @param command does `start`, which prints the address, and `stop` */
async function ownServer(command: string): Promise<Restartable> {
  const control = (what: string) => run('sh', ['-c', `${command} ${what}`]);
  const { stdout } = await control('start');
  const uri = /^\w+_URI=(\S+)$/m.exec(stdout)?.[1];
  if (uri === undefined) throw new Error(`no address in ${stdout}`);
  return { uri, down: () => control('stop'), up: () => control('start'), end: () => control('stop') };
}

/** Where others use the server too, only the way to it goes away, with every connection. */
async function wayTo(uri: string): Promise<Restartable> {
  const url = new URL(uri);
  const proxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${proxy.port}`;
  return { uri: url.href, down: proxy.cut, up: proxy.restore, end: proxy.cut };
}

/** `RESTARTABLE_MYSQL` and so on: the command of a server that may be restarted. */
const restartables = sqlServers.map(({ type, uri }) => {
  const command = process.env[`RESTARTABLE_${type.toUpperCase()}`];
  const what = command ? 'a restart of the server' : 'the loss of the way to the server';
  return { type, what, open: () => (command ? ownServer(command) : wayTo(uri)) };
});

let service: RunningService | undefined;
let server: Restartable | undefined;
afterEach(async () => {
  await service?.stop('SIGKILL');
  await server?.end();
});

describe.each(restartables)(`$type: $what (SEED=${seed})`, ({ type, open }) => {
  it('is told, loses nothing, and needs no restart of the service', { timeout: 300_000 }, async () => {
    server = await open();
    const { uri, down, up } = server;
    const name = `APP_${type.toUpperCase()}`;
    const running = await startService({
      [`${name}_ENABLED`]: 'true',
      [`${name}_URI`]: uri,
      APP_DATABASES_DEFAULT: type,
      APP_OBSERVABILITY_LOG_REQUESTS: 'false',
    });
    service = running;
    const read = async (): Promise<unknown> => {
      const answer = await fetch(`${running.url}/api/v1/documents/restart_accounts/0`);
      const { error } = (await answer.json()) as { error?: { code: string } };
      return error?.code ?? answer.status;
    };
    const writes = new AcknowledgedWrites(await openTestRepository({ type, settings: { uri } }), 'restart');
    await writes.prepare();
    const stop = new AbortController();
    const written = writes.write(running.url, generator(seed), 'w', stop.signal);
    for (let round = 0; round < rounds; round++) {
      await writes.grownBy(40);
      await down();
      await expect.poll(read, { timeout: 10_000 }).toBe('CONNECTION_ERROR');
      const started = Date.now();
      expect(await read()).toBe('CONNECTION_ERROR');
      expect(Date.now() - started).toBeLessThan(8000);
      await up();
      await expect.poll(read, { timeout: 30_000 }).toBe(200);
    }
    await writes.grownBy(40);
    stop.abort();
    await written;
    await writes.expectAll();
    await writes.close();
  });
});
