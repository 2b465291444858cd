import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { ServiceError } from '../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { withoutStandIn } from '../support/mongodb-stand-in.ts';
import { aggregateAll, filterOf, findAll, insertAll, updateOf } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { documentData } from './arbitrary-documents.ts';
import { filter, collection as name, page, pipeline, sort, update } from './arbitrary-queries.ts';
import { definite } from './definite-order.ts';

/** Queries for each database; more with `DIFFERENTIAL_QUERIES=20000`. A failure prints its seed and the shrunk query. */
const queries = Number(process.env.DIFFERENTIAL_QUERIES ?? 2000);
const datasets = 8;
const seed = Number(process.env.DIFFERENTIAL_SEED ?? 20_240_607);

const [reference, ...others] = await withoutStandIn(testDatabases);

describe.each(others)('memory and $type answer alike', (database) => {
  let memory: DocumentRepository;
  let other: DocumentRepository;
  beforeAll(async () => {
    if (reference === undefined) throw new TypeError('the memory database is always there');
    memory = await openTestRepository(reference);
    other = await openTestRepository(database);
  });
  afterAll(async () => {
    await memory.close();
    await other.close();
  });

  const dataset = Array.from({ length: datasets }, (_, index) => seed + index);
  test.each(dataset)('data of seed %i', { timeout: 600_000 }, async (dataSeed) => {
    const docs = fc.sample(documentData, { seed: dataSeed, numRuns: 40 });
    for (const repository of [memory, other]) await fill(repository, docs);
    const alike = async <T>(ask: (repository: DocumentRepository) => Promise<T>): Promise<void> => {
      expect(await answer(ask, other)).toEqual(await answer(ask, memory));
    };
    const runs = { seed: dataSeed, numRuns: Math.ceil(queries / datasets / 2) };
    await fc.assert(
      fc.asyncProperty(filter, sort, page, async (where, order, cut) => {
        await alike(async (repository) =>
          (await findAll(repository, name, where, definite(order, database.type), cut)).map((one) => one.id),
        );
        await alike((repository) => repository.count(name, filterOf(where), testCall()));
      }),
      runs,
    );
    await fc.assert(
      fc.asyncProperty(pipeline, (stages) =>
        alike((repository) => aggregateAll(repository, name, stages).then(unordered)),
      ),
      { ...runs, numRuns: Math.ceil(queries / datasets) },
    );
    for (const [where, change] of fc.sample(fc.tuple(filter, update), { seed: dataSeed, numRuns: 25 })) {
      const run = (repository: DocumentRepository): Promise<unknown> =>
        repository.updateMany(name, filterOf(where), updateOf(change), testCall());
      await alike(run);
      // How far an update-many came before a document refused the change is each database's own, as in MongoDB.
      if (typeof (await answer(run, memory)) === 'string')
        for (const one of [memory, other]) await fill(one, docs);
      else await answer(run, other);
      await alike(async (repository) =>
        (await findAll(repository, name, {}, { id: 1 })).map((one) => [one.id, one.version, one.data.value]),
      );
    }
  });
});

async function fill(repository: DocumentRepository, docs: readonly JsonObject[]): Promise<void> {
  await repository.deleteMany(name, { kind: 'everything' }, testCall());
  const keyed = docs.map((data, index) => ({ ...data, _id: `d${String(index).padStart(2, '0')}` }));
  await insertAll(repository, name, keyed);
}

/** An answer, or the code that it was refused with: both databases have to refuse the same. */
async function answer<T>(
  ask: (repository: DocumentRepository) => Promise<T>,
  repository: DocumentRepository,
): Promise<T | string> {
  try {
    return await ask(repository);
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}

/** Groups and sets (in fields called `set…`) have no order; system times are not the same. */
function unordered(results: readonly Json[]): readonly string[] {
  return results.map((result) => canonical(result, '')).sort();
}

function canonical(value: Json, name: string): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, ''));
    return `[${(name.startsWith('set') ? items.sort() : items).join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([key]) => !key.endsWith('ed_at'));
  return `{${fields
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field, key)}`)
    .sort()
    .join()}}`;
}
