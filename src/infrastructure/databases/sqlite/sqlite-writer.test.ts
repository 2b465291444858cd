import { mkdirSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { call, document, eachTestDatabase } from './sqlite-test-database.ts';
import { SqliteWriter } from './sqlite-writer.ts';

const database = eachTestDatabase();
afterEach(() => vi.restoreAllMocks());

it('is not ready when its thread cannot open the file', async () => {
  const path = `${database.path}-folder`;
  mkdirSync(path);
  const writer = new SqliteWriter(path, () => undefined);
  await expect(writer.ready).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  expect(writer.failed).toBe(true);
  rmSync(path, { recursive: true });
});

it('and readers are started anew when their threads die', async () => {
  const { adapter } = database;
  const threads: Worker[] = [];
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message) {
    if (!threads.includes(this)) threads.push(this);
    post.call(this, message);
  });
  await adapter.insert('c', [document('before', {})], call(), { ordered: true });
  expect(await adapter.count('c', undefined, call())).toBe(1);
  expect(threads).toHaveLength(2);
  await Promise.all(threads.map((thread) => thread.terminate()));
  await adapter.insert('c', [document('after', {})], call(), { ordered: true });
  expect(await adapter.count('c', undefined, call())).toBe(2);
});

it('that dies ends those who wait for it with CONNECTION_ERROR', async () => {
  const { adapter } = database;
  await adapter.insert('c', [document('before', {})], call(), { ordered: true });
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementationOnce(function (this: Worker) {
    void this.terminate();
  });
  await expect(adapter.insert('c', [document('lost', {})], call(), { ordered: true })).rejects.toMatchObject({
    code: 'CONNECTION_ERROR',
  });
  await adapter.insert('c', [document('after', {})], call(), { ordered: true });
  expect((await adapter.get('c', ['lost', 'after'], call())).map((found) => found?.id)).toEqual([
    undefined,
    'after',
  ]);
});
