import { afterEach, describe, expect, it, vi } from 'vitest';
import { generator, seed } from '../support/random.ts';
import { type RunningService, startService } from '../support/start-service.ts';

const server = process.env.ELASTICSEARCH_URL;
const rounds = 3;
const clients = 6;
const prefix = `kill-${process.pid}`;
const collection = 'k';
/** The first sweep comes five seconds after the database's first use; a busy machine is slower. */
const sweptWithinMs = 60_000;

let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop('SIGKILL');
  if (server === undefined) return;
  const names = (await (await fetch(`${server}/_cat/indices/${prefix}-*?format=json`)).json()) as {
    index: string;
  }[];
  for (const { index } of names) await fetch(`${server}/${encodeURIComponent(index)}`, { method: 'DELETE' });
});

async function send(url: string, method: string, path: string, body: object): Promise<number> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Creates documents with a unique key, counts them up, and deletes some, until the service is gone. */
async function writeUntilKilled(
  url: string,
  client: number,
  random: () => number,
  known: Map<string, number>,
) {
  let made = 0;
  const own: string[] = [];
  for (;;) {
    try {
      const id = own[Math.floor(random() * own.length)];
      if (id === undefined || random() < 0.4) {
        const created = `${client}-${Math.floor(random() * 1e9)}-${made++}`;
        // Only some hundred keys, so that they are freed and claimed again.
        const data = { n: 0, key: Math.floor(random() * 300) };
        if ((await send(url, 'POST', '/documents', { collection, id: created, data })) === 201) {
          known.set(created, 0);
          own.push(created);
        }
      } else if (random() < 0.2) {
        own.splice(own.indexOf(id), 1);
        known.delete(id);
        await send(url, 'DELETE', `/documents/${collection}/${id}`, {});
      } else {
        const status = await send(url, 'POST', `/documents/${collection}/${id}/find-and-update`, {
          update: { $inc: { n: 1 } },
        });
        if (status === 200) known.set(id, (known.get(id) ?? 0) + 1);
      }
    } catch {
      return;
    }
  }
}

/** Waits until so many documents more are acknowledged: how long that takes depends on the machine. */
async function grownBy(known: ReadonlyMap<string, number>, more: number): Promise<void> {
  const target = known.size + more;
  while (known.size < target) await new Promise((resolve) => setTimeout(resolve, 50));
}

interface Logged {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly eventId: string;
}

async function loggedChanges(): Promise<readonly Logged[]> {
  await fetch(`${server}/${prefix}-outbox/_refresh`, { method: 'POST' });
  const answer = await fetch(`${server}/${prefix}-outbox/_search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ size: 10_000, sort: [{ _seq_no: 'asc' }] }),
  });
  const { hits } = (await answer.json()) as { hits: { hits: { _source: Logged }[] } };
  return hits.hits.map(({ _source }) => _source);
}

describe.skipIf(server === undefined)(`Elasticsearch: kill -9 while it writes (SEED=${seed})`, () => {
  it('loses no write, no change of the log, and no unique key', { timeout: 300_000 }, async () => {
    const random = generator(seed);
    const environment = {
      APP_DATABASES_DEFAULT: 'elasticsearch',
      APP_ELASTICSEARCH_ENABLED: 'true',
      APP_ELASTICSEARCH_ADDRESSES: server ?? '',
      APP_ELASTICSEARCH_DATABASE: prefix,
      APP_OBSERVABILITY_LOG_REQUESTS: 'false',
    };
    const known = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      service = await startService(environment);
      const { url } = service;
      const index = { keys: { key: 1 }, options: { unique: true } };
      if (round === 0) expect(await send(url, 'POST', `/indexes/${collection}`, index)).toBeLessThan(300);
      const writers = Array.from({ length: clients }, (_, client) =>
        writeUntilKilled(url, client + round * clients, generator(seed + round * 100 + client), known),
      );
      await grownBy(known, 25);
      await new Promise((resolve) => setTimeout(resolve, random() * 500));
      await service.stop('SIGKILL');
      await Promise.all(writers);
    }
    service = await startService(environment);
    const answer = await fetch(`${service.url}/api/v1/documents/${collection}?limit=1000&count=false`);
    const { data } = (await answer.json()) as {
      data: { documents: { id: string; version: number; data: { n: number; key: number } }[] };
    };
    const { documents } = data;
    expect(known.size).toBeGreaterThan(30);
    const byId = new Map(documents.map((one) => [one.id, one]));
    for (const [id, acknowledged] of known) {
      const found = byId.get(id);
      expect(found?.data.n, id).toBeGreaterThanOrEqual(acknowledged);
      expect(found?.version, id).toBe((found?.data.n ?? 0) + 1);
    }
    expect(new Set(documents.map((one) => one.data.key)).size, 'unique keys').toBe(documents.length);
    const told = (changes: readonly Logged[], id: string) =>
      changes.filter((change) => change.id === id).map((change) => change.version);
    const expected = documents.map(({ id, version }) => [
      id,
      Array.from({ length: version }, (_, n) => n + 1),
    ]);
    await vi.waitFor(
      async () => {
        const changes = await loggedChanges();
        expect(documents.map(({ id }) => [id, told(changes, id)])).toEqual(expected);
      },
      { timeout: sweptWithinMs, interval: 1000 },
    );
    const changes = await loggedChanges();
    const removed = new Set(changes.filter(({ kind }) => kind === 'deleted').map(({ id }) => id));
    const made = new Set(changes.map(({ id }) => id));
    expect([...made].filter((id) => !removed.has(id) && !byId.has(id))).toEqual([]);
    const taken = documents[0]?.data.key ?? 0;
    const again = { collection, id: 'again', data: { n: 0, key: taken } };
    expect(await send(service.url, 'POST', '/documents', again)).toBe(409);
  });
});
