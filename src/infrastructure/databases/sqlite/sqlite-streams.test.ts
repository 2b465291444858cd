import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Document } from '../../../domain/document/document.ts';
import { largestWal } from './sqlite-connection.ts';
import { SqliteStreams } from './sqlite-streams.ts';
import { call, document, eachTestDatabase } from './sqlite-test-database.ts';

const database = eachTestDatabase();
const text = 'x'.repeat(1_000);

const write = (first: number, count: number): Promise<unknown> =>
  database.adapter.insert(
    'c',
    Array.from({ length: count }, (_, i) => document(`d${first + i}`, { text })),
    call(),
    { ordered: true },
  );

const read = (): AsyncIterator<Document> =>
  database.adapter
    .find('c', { where: undefined, order: undefined, skip: 0, limit: undefined }, call())
    [Symbol.asyncIterator]();

it('gives each stream less of the shared text, the more there are', async () => {
  const streams = new SqliteStreams(100);
  expect([streams.batchText, streams.mayReadAhead]).toEqual([512 * 1024, true]);
  for (let open = 0; open < 64; open++) await streams.enter(call().signal);
  expect([streams.batchText, streams.mayReadAhead]).toEqual([128 * 1024, false]);
});

it('reads a bounded number of large results at a time, small ones always', async () => {
  await database.reopen({ maxStreams: 2 });
  await write(0, 1_000);
  const streams = [read(), read()];
  for (const stream of streams) await stream.next();
  await expect(read().next()).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  expect(await database.adapter.count('c', undefined, call())).toBe(1_000);
  const another = read();
  const first = another.next();
  await streams[0]?.return?.();
  expect((await first).value?.id).toBe('d0');
  let found = 1;
  while ((await another.next()).done !== true) found += 1;
  expect(found).toBe(1_000);
  await streams[1]?.return?.();
});

it('gives the space of the WAL back after a long reader', async () => {
  await database.reopen({ sweepInterval: 200 });
  await write(0, 1_000);
  const reader = read();
  await reader.next();
  const size = (): number => statSync(`${database.path}-wal`).size;
  for (let first = 1_000; size() <= largestWal; first += 1_000) await write(first, 1_000);
  await reader.return?.();
  await expect.poll(size, { timeout: 20_000 }).toBeLessThanOrEqual(largestWal);
});
