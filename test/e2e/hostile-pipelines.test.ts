import { afterAll, expect, it } from 'vitest';
import { type RunningService, startService } from '../support/start-service.ts';

/** What these would hold at once, were it not bounded, is far more than the process may. */
const service: RunningService = await startService({}, ['--max-old-space-size=512', 'src/main/http.ts']);
afterAll(() => service.stop('SIGKILL'));

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${service.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const million = { $range: [0, 1_000_000] };
const times = (count: number, of: unknown): readonly unknown[] => Array.from({ length: count }, () => of);
const fields = Object.fromEntries(times(400, million).map((value, i) => [`f${i}`, value]));
const objects = { $map: { input: { $range: [0, 400_000] }, in: { a: '$$this' } } };

it.each<[string, object]>([
  ['arrays joined', { $project: { n: { $size: { $concatArrays: times(400, million) } } } }],
  ['an array for each element', { $project: { n: { $map: { input: { $range: [0, 400] }, in: million } } } }],
  ['many fields', { $project: fields }],
  ['objects', { $project: { n: { $size: { $concatArrays: times(100, objects) } } } }],
  ['arrays pushed', { $group: { _id: null, all: { $push: times(400, million) } } }],
])('a pipeline that would hold too much is refused: %s', { timeout: 300_000 }, async (_name, stage) => {
  await post('/documents', { collection: 'one', id: 'one', data: {} });
  const refused = await post('/documents/one/aggregate', { pipeline: [stage] });
  expect([400, 504]).toContain(refused.status);
  const kept = { $reduce: { input: { $range: [0, 1000] }, initialValue: [], in: joined } };
  const fine = await post('/documents/one/aggregate', { pipeline: [{ $project: { n: { $size: kept } } }] });
  expect(await fine.json()).toMatchObject({ data: { results: [{ n: 1000 }] } });
});

const joined = { $concatArrays: ['$$value', ['$$this']] };
