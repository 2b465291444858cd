import { expect, it } from 'vitest';
import type { ChangeEvent } from '../../../domain/events.ts';
import { call, document, eachTestDatabase } from './sqlite-test-database.ts';

const database = eachTestDatabase();

const write = (first: number, count: number, collection = 'c'): Promise<unknown> =>
  database.adapter.insert(
    collection,
    Array.from({ length: count }, (_, i) => document(`d${first + i}`, { n: first + i })),
    call(),
    { ordered: true },
  );

interface Watcher {
  readonly next: () => Promise<IteratorResult<ChangeEvent>>;
  readonly stop: () => void;
}

function watch(after?: string, collection: string | undefined = 'c'): Watcher {
  const stop = new AbortController();
  const feed = database.adapter.changeFeed?.watch({ collection, after }, call(stop.signal));
  const changes = feed?.[Symbol.asyncIterator]();
  if (changes === undefined) throw new TypeError('no feed');
  return { next: () => changes.next(), stop: () => stop.abort() };
}

async function numbers(watcher: Watcher, count: number): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  while (found.length < count) found.push((await watcher.next()).value?.data?.n);
  return found;
}

const soon = (milliseconds = 300): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
const range = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => first + i);

it('tells what is stored and what comes, to a fast watcher and to one that reads late', async () => {
  await write(0, 700);
  const fast = watch('0');
  const late = watch('0');
  expect(await numbers(late, 1)).toEqual([0]);
  expect(await numbers(fast, 700)).toEqual(range(0, 700));
  const next = fast.next();
  for (let first = 700; first < 2_200; first += 500) await write(first, 500);
  expect((await next).value?.data).toEqual({ n: 700 });
  expect(await numbers(fast, 1_499)).toEqual(range(701, 1_499));
  expect(await numbers(late, 2_199)).toEqual(range(1, 2_199));
  fast.stop();
  late.stop();
});

it('tells each watcher its own collection, and one without all', async () => {
  const watchers = [watch(undefined, 'a'), watch(undefined, 'b'), watch(undefined, '')];
  void watchers[2]?.stop();
  const [a, b] = watchers.map((watcher) => watcher.next());
  await soon();
  await write(1, 1, 'b');
  await write(2, 1, 'a');
  expect([(await a)?.value?.data, (await b)?.value?.data]).toEqual([{ n: 2 }, { n: 1 }]);
  for (const watcher of watchers) watcher.stop();
});

it.each(['9999', '99999999999999'])('refuses the position %s, which is yet to come', async (position) => {
  await write(0, 3);
  await expect(watch(position).next()).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    details: { path: 'Last-Event-ID', latest_position: '3' },
  });
});

it('says when changes are no longer kept: to who comes back, and to who fell behind', async () => {
  await database.reopen({ keptChanges: 10, changeAge: 1e12, sweepInterval: 50 });
  await write(0, 5);
  const slow = watch('0');
  expect(await numbers(slow, 1)).toEqual([0]);
  await write(5, 600);
  await soon(1_000);
  const gone = {
    code: 'INVALID_REQUEST',
    details: { path: 'Last-Event-ID', oldest_position: '595', latest_position: '605' },
  };
  await expect(watch('4').next()).rejects.toMatchObject(gone);
  await expect(numbers(slow, 605)).rejects.toMatchObject(gone);
  const kept = watch('595');
  expect(await numbers(kept, 10)).toEqual(range(595, 10));
  kept.stop();
});

it('answers a bounded number of watchers', async () => {
  await database.reopen({ maxWatchers: 2 });
  const watchers = [watch(), watch()];
  const waiting = watchers.map((watcher) => watcher.next());
  await soon();
  await expect(watch().next()).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
  for (const watcher of watchers) watcher.stop();
  await Promise.all(waiting);
  const another = watch();
  const change = another.next();
  await soon();
  await write(1, 1);
  expect((await change).value?.id).toBe('d1');
  another.stop();
});
