import { afterEach, describe, expect, it } from 'vitest';
import { generator, seed } from '../support/random.ts';
import { type RunningService, startService, temporaryFolder } from '../support/start-service.ts';

const rounds = 3;
const clients = 8;

let service: RunningService | undefined;
afterEach(() => service?.stop('SIGKILL'));

/** What the service has acknowledged: the value that a document must have, or a later one. */
type Acknowledged = Map<string, number>;

async function send(url: string, method: string, path: string, body: object): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Creates documents and counts them up until the service is gone. */
async function writeUntilKilled(url: string, client: number, random: () => number, known: Acknowledged) {
  const own: string[] = [...known.keys()].filter((id) => id.startsWith(`${client}-`));
  for (;;) {
    try {
      const id = own[Math.floor(random() * own.length)];
      if (id === undefined || random() < 0.4) {
        const created = `${client}-${Math.floor(random() * 1e9)}`;
        if (await send(url, 'POST', '/documents', { collection: 'k', id: created, data: { n: 0 } })) {
          known.set(created, 0);
          own.push(created);
        }
      } else if (
        await send(url, 'POST', `/documents/k/${id}/find-and-update`, { update: { $inc: { n: 1 } } })
      ) {
        known.set(id, (known.get(id) ?? 0) + 1);
      }
    } catch {
      return;
    }
  }
}

describe(`kill -9 while it writes (SEED=${seed})`, () => {
  it('loses no acknowledged write and repeats none', async () => {
    const random = generator(seed);
    const environment = {
      APP_SQLITE_PATH: `${temporaryFolder()}/documents.db`,
      APP_OBSERVABILITY_LOG_REQUESTS: 'false',
    };
    const known: Acknowledged = new Map();
    for (let round = 0; round < rounds; round++) {
      service = await startService(environment);
      const { url } = service;
      const writers = Array.from({ length: clients }, (_, client) =>
        writeUntilKilled(url, client, generator(seed + round * 100 + client), known),
      );
      await new Promise((resolve) => setTimeout(resolve, 500 + random() * 1000));
      await service.stop('SIGKILL');
      await Promise.all(writers);
    }
    service = await startService(environment);
    expect(known.size).toBeGreaterThan(50);
    for (const [id, acknowledged] of known) {
      const answer = await fetch(`${service.url}/api/v1/documents/k/${id}`);
      expect(answer.status, id).toBe(200);
      const { data } = (await answer.json()) as { data: { data: { n: number }; version: number } };
      // Each round may have killed one increment after its commit and before its answer.
      expect(data.data.n, id).toBeGreaterThanOrEqual(acknowledged);
      expect(data.data.n, id).toBeLessThanOrEqual(acknowledged + rounds);
      expect(data.version, id).toBe(data.data.n + 1);
    }
  });
});
