import { parseArgs } from 'node:util';
import { startBenchService } from './processes.ts';

/**
 * `npm run bench:growth [-- --database sqlite --sizes 1000,10000,100000,1000000]`: how the time of one request grows with the
 * collection. Page 1 and page 1,000 of a cursor should cost the same at every size, as should a sorted list with an index.
 */
const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    sizes: { type: 'string', default: '1000,10000,100000,1000000' },
  },
});
const repetitions = 20;
const batch = 10_000;
const cities = ['London', 'Paris', 'Berlin', 'Madrid', 'Rome'];
const service = await startBenchService(values.database);
const base = `http://127.0.0.1:${service.port}/api/v1`;

async function send(path: string, body?: object) {
  const answer = await fetch(base + path, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const { data, error } = (await answer.json()) as {
    data: { pagination?: { next_cursor?: string } };
    error?: object;
  };
  if (!answer.ok) throw new Error(JSON.stringify(error));
  return data;
}

/** Adds documents until there are `size`. */
async function grow(from: number, size: number): Promise<void> {
  for (let start = from; start < size; start += batch) {
    const documents = Array.from({ length: Math.min(batch, size - start) }, (_, i) => ({
      id: `d${start + i}`,
      data: {
        n: start + i,
        city: cities[(start + i) % cities.length],
        tags: ['a', 'b'],
        name: `name ${start + i}`,
      },
    }));
    await send('/documents/bulk/insert', { collection: 'growth', documents, ordered: false });
  }
}

/** Median milliseconds. */
async function time(run: () => Promise<unknown>, times = repetitions): Promise<string> {
  const measured: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await run();
    measured.push(performance.now() - startedAt);
  }
  return (measured.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN).toFixed(2).padStart(9);
}

const page = (cursor: string) =>
  send(`/documents/growth?sort=n:asc&limit=10&count=false&cursor=${encodeURIComponent(cursor)}`);

/** The cursor after `pages` pages of ten documents. */
async function cursorAfter(pages: number): Promise<string> {
  let cursor = '';
  for (let i = 0; i < pages; i++) cursor = (await page(cursor)).pagination?.next_cursor ?? '';
  return cursor;
}

const group = { pipeline: [{ $group: { _id: '$city', n: { $sum: '$n' } } }] };
console.log('documents  list by index  search by index  page 1   last page of 1,000  aggregate (ms)');
let size = 0;
try {
  await send('/indexes/growth', { keys: { n: 1 }, options: {} });
  for (const next of values.sizes.split(',').map(Number)) {
    await grow(size, next);
    size = next;
    const far = await cursorAfter(Math.min(999, size / 10 - 1));
    const cells = [
      await time(() => send('/documents/growth?sort=n:desc&limit=10&count=false')),
      await time(() =>
        send('/documents/growth/search', {
          filter: { n: { $gte: size / 2 } },
          sort: { n: 1 },
          limit: 10,
          count: false,
        }),
      ),
      await time(() => page('')),
      await time(() => page(far)),
      await time(() => send('/documents/growth/aggregate', group), 3),
    ];
    console.log([String(size).padStart(9), ...cells].join('  '));
  }
} finally {
  service.stop();
}
