import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { generator, seed } from '../support/random.ts';
import { createIndex, findAll, insertAll } from '../support/repository-shorthand.ts';
import { type RunningService, startService } from '../support/start-service.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';

const rounds = 3;
const clients = 8;
const accounts = 6;
const balance = 1000;
const kept = ['killed_counters', 'killed_accounts', 'killed_transfers'] as const;
const [counters, purses, transfers] = kept;
/** How long the change feed may take to tell what was committed, on a busy machine. */
const toldWithinMs = 60_000;

/** Those with transactions, each with the settings of a service on it. */
const databases = testDatabases.flatMap((database) => {
  const { type, settings } = database;
  const name = `APP_${type.toUpperCase()}`;
  if (type === 'sqlite') return [{ ...database, environment: { [`${name}_PATH`]: String(settings.path) } }];
  if (type !== 'postgresql' && type !== 'mysql' && type !== 'vitess') return [];
  const environment = {
    [`${name}_ENABLED`]: 'true',
    [`${name}_URI`]: String(settings.uri),
    APP_DATABASES_DEFAULT: type,
  };
  return [{ ...database, environment }];
});

let service: RunningService | undefined;
afterEach(() => service?.stop('SIGKILL'));

/** What the service has answered. */
interface Answered {
  /** The value that a counter must have, or a later one. */
  readonly counts: Map<string, number>;
  readonly committed: Set<string>;
  readonly refused: Set<string>;
}

async function send(url: string, path: string, body: object): Promise<number> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Creates counters, counts them up, and moves money between accounts, until the service is gone. */
async function writeUntilKilled(
  url: string,
  client: string,
  random: () => number,
  { counts, committed, refused }: Answered,
): Promise<void> {
  const own: string[] = [];
  const below = (bound: number): number => Math.floor(random() * bound);
  for (let n = 0; ; n += 1) {
    const id = own[below(own.length)];
    const next = `${client}-${n}`;
    const what = random();
    try {
      if (id === undefined || what < 0.3) {
        const created = await send(url, '/documents', {
          collection: counters,
          id: next,
          data: { n: 0, key: next },
        });
        if (created !== 201) continue;
        counts.set(next, 0);
        own.push(next);
      } else if (what < 0.65) {
        const counted = await send(url, `/documents/${counters}/${id}/find-and-update`, {
          update: { $inc: { n: 1 } },
        });
        if (counted === 200) counts.set(id, (counts.get(id) ?? 0) + 1);
      } else {
        const from = below(accounts);
        const moved = await send(url, '/transactions/execute', {
          operations: transferOf(next, from, (from + 1 + below(accounts - 1)) % accounts, 1 + below(9)),
        });
        if (moved < 500) (moved === 200 ? committed : refused).add(next);
      }
    } catch {
      return;
    }
  }
}

function transferOf(id: string, from: number, to: number, amount: number): readonly object[] {
  const move = (account: number, by: number): object => ({
    type: 'update',
    collection: purses,
    id: String(account),
    update: { $inc: { balance: by } },
  });
  const document = { id, data: { from, to, amount } };
  return [move(from, -amount), { type: 'insert', collection: transfers, document }, move(to, amount)];
}

/** Waits until so much more is acknowledged: how long that takes depends on the machine. */
async function grownBy({ counts, committed }: Answered, more: number): Promise<void> {
  const done = (): number => counts.size + committed.size;
  const target = done() + more;
  while (done() < target) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The versions that the change feed tells of each document, in the order in which it does. */
function toldVersions(repository: DocumentRepository, stop: AbortSignal) {
  const told = new Map<string, number[]>();
  const watching = kept.map(async (collection) => {
    const call = { ...testCall(600_000), signal: stop };
    for await (const { id, version } of repository.watch({ collection, after: undefined }, call)) {
      const name = `${collection}/${id}`;
      told.set(name, [...(told.get(name) ?? []), version]);
    }
  });
  return { told, stopped: Promise.all(watching) };
}

describe.each(databases)(`$type: kill -9 while it writes (SEED=${seed})`, ({ environment, ...database }) => {
  it('loses no acknowledged write, tears no transaction, tells every change', {
    timeout: 300_000,
  }, async () => {
    const repository = await openTestRepository(database);
    for (const collection of kept)
      if (await repository.collectionExists(collection, testCall()))
        await repository.dropCollection(collection, testCall());
    for (const collection of [counters, transfers])
      await repository.createCollection(collection, { capped: undefined }, testCall());
    await createIndex(repository, counters, { key: 1 }, { unique: true });
    const stop = new AbortController();
    const { told, stopped } = toldVersions(repository, stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const purse = (_: unknown, account: number) => ({ _id: String(account), balance });
    await insertAll(repository, purses, Array.from({ length: accounts }, purse));

    const random = generator(seed);
    const answered: Answered = { counts: new Map(), committed: new Set(), refused: new Set() };
    for (let round = 0; round < rounds; round++) {
      service = await startService({ ...environment, APP_OBSERVABILITY_LOG_REQUESTS: 'false' });
      const { url } = service;
      const writers = Array.from({ length: clients }, (_, client) =>
        writeUntilKilled(url, `${round}-${client}`, generator(seed + round * 100 + client), answered),
      );
      await grownBy(answered, 40);
      await new Promise((resolve) => setTimeout(resolve, random() * 300));
      await service.stop('SIGKILL');
      await Promise.all(writers);
    }

    const counted = await findAll(repository, counters, {});
    const values = new Map(counted.map(({ id, data, version }) => [id, { n: data.value.n, version }]));
    for (const [id, acknowledged] of answered.counts) {
      const n = Number(values.get(id)?.n);
      expect(n, id).toBeGreaterThanOrEqual(acknowledged);
      // The kill may have come after the commit of an increment and before its answer.
      expect(n, id).toBeLessThanOrEqual(acknowledged + 1);
      expect(values.get(id)?.version, id).toBe(n + 1);
    }

    const moved = await findAll(repository, transfers, {});
    const ids = new Set(moved.map(({ id }) => id));
    expect([...answered.committed].filter((id) => !ids.has(id))).toEqual([]);
    expect([...answered.refused].filter((id) => ids.has(id))).toEqual([]);
    const expected = Array.from({ length: accounts }, () => balance);
    for (const { data } of moved) {
      const { from, to, amount } = data.value;
      expected[Number(from)] = (expected[Number(from)] ?? 0) - Number(amount);
      expected[Number(to)] = (expected[Number(to)] ?? 0) + Number(amount);
    }
    const held = await findAll(repository, purses, {}, { _id: 1 });
    expect(held.map(({ data }) => data.value.balance)).toEqual(expected);

    const versions = [...counted, ...moved, ...held].map(({ collection, id, version }) => [
      `${collection}/${id}`,
      Array.from({ length: version }, (_, n) => n + 1),
    ]);
    await vi.waitFor(() => expect(Object.fromEntries(told)).toEqual(Object.fromEntries(versions)), {
      timeout: toldWithinMs,
      interval: 500,
    });
    stop.abort();
    await stopped;
    await repository.close();
  });
});
