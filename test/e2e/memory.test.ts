import { afterAll, describe, expect, it } from 'vitest';
import { startCommand } from '../../scripts/start-command.ts';
import { generator, pick, seed } from '../support/random.ts';
import { type PlainRequest, residentMiB, sendMany } from '../support/send-many.ts';
import { startService, temporaryFolder } from '../support/start-service.ts';

const requests = 100_000;
const connections = 32;
const ids = 5000;

const service = await startService(
  { APP_OBSERVABILITY_LOG_REQUESTS: 'false' },
  await startCommand(temporaryFolder()),
);
afterAll(() => service.stop());

function post(path: string, body: object, method = 'POST'): PlainRequest {
  const text = JSON.stringify(body);
  return {
    method,
    path: `/api/v1${path}`,
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) },
    body: text,
  };
}

const get = (path: string): PlainRequest => ({
  method: 'GET',
  path: `/api/v1${path}`,
  headers: {},
  body: undefined,
});

/** Half reads by id, a third changes, the rest searches and aggregations. */
function mixedRequest(random: () => number): PlainRequest {
  const id = `d${Math.floor(random() * ids)}`;
  const kind = random();
  if (kind < 0.5) return get(`/documents/mixed/${id}`);
  if (kind < 0.65) return post('/documents', { collection: 'mixed', id, data: documentOf(random) });
  if (kind < 0.8) return post(`/documents/mixed/${id}/find-and-update`, { update: { $inc: { n: 1 } } });
  if (kind < 0.82) return { ...get(`/documents/mixed/${id}`), method: 'DELETE' };
  if (kind < 0.9) return get('/documents/mixed?sort=n:desc&limit=10&count=false');
  if (kind < 0.98)
    return post('/documents/mixed/search', { filter: { group: pick(random, ['a', 'b']) }, limit: 10 });
  return post('/documents/mixed/aggregate', { pipeline: [{ $group: { _id: '$group', n: { $sum: '$n' } } }] });
}

function documentOf(random: () => number) {
  return {
    n: Math.floor(random() * 1000),
    group: pick(random, ['a', 'b', 'c']),
    text: 'x'.repeat(random() * 500),
  };
}

describe(`${requests} mixed requests (SEED=${seed})`, () => {
  it('leave the service with at most 256 MiB of memory', { timeout: 900_000 }, async () => {
    await (
      await fetch(`${service.url}/api/v1/indexes/mixed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"keys":{"n":-1}}',
      })
    ).arrayBuffer();
    const random = generator(seed);
    let failures = 0;
    const startedAt = performance.now();
    await sendMany(
      service.url,
      requests,
      connections,
      () => mixedRequest(random),
      (_, { status }) => {
        if (status >= 500) failures += 1;
      },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const resident = await residentMiB(service.url);
    console.log(`${resident.toFixed(0)} MiB after ${requests} requests in ${seconds.toFixed(0)} s`);
    expect(failures).toBe(0);
    expect(resident).toBeLessThanOrEqual(256);
  });
});
