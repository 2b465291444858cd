import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { createSqliteAdapter } from '../../src/infrastructure/databases/sqlite/sqlite-adapter.ts';
import { testCall } from '../support/test-call.ts';

const directory = mkdtempSync(join(tmpdir(), 'crash-'));
const path = join(directory, 'test.db');
afterAll(() => rmSync(directory, { recursive: true }));

const writer = new URL('./acknowledging-writer.ts', import.meta.url).pathname;

/** Runs the writer, kills it without warning, and gives the ids that it had acknowledged. */
function writeUntilKilled(prefix: string, milliseconds: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, path, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), milliseconds);
      output += text;
    });
    child.on('error', reject).on('close', () => resolve(output.split('\n').slice(0, -1)));
  });
}

test('kill -9 loses no acknowledged write and leaves the file whole', async () => {
  const acknowledged: string[] = [];
  for (const [round, milliseconds] of [37, 111, 203].entries())
    acknowledged.push(...(await writeUntilKilled(`r${round}-`, milliseconds)));
  expect(acknowledged.length).toBeGreaterThan(100);

  const adapter = createSqliteAdapter({ path });
  const found = await adapter.get('c', acknowledged, testCall());
  expect(found.filter((document) => document === undefined)).toEqual([]);
  const count = await adapter.count('c', undefined, testCall());
  expect(await adapter.schema.estimatedCount('c', testCall())).toBe(count);
  await adapter.close();

  const database = new DatabaseSync(path, { readOnly: true });
  expect(database.prepare(`SELECT count(*) AS events FROM "$outbox" WHERE kind = 'created'`).get()).toEqual({
    events: count,
  });
  expect(database.prepare('SELECT count(*) AS keys FROM "$unique1"').get()).toEqual({ keys: count });
  database.close();
});
