import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { parseIndex } from '../../src/application/query-language/parse-index.ts';
import { parseSort } from '../../src/application/query-language/parse-sort.ts';
import { flatView } from '../../src/domain/document/flat-view.ts';
import { ServiceError } from '../../src/domain/errors.ts';
import { sortKey } from '../../src/domain/evaluation/sort-key.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { withoutStandIn } from '../support/mongodb-stand-in.ts';
import { filterOf, findAll, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { documentData, path } from './arbitrary-documents.ts';
import { filter, page, sort } from './arbitrary-queries.ts';
import { definite } from './definite-order.ts';

const queries = Number(process.env.DIFFERENTIAL_QUERIES ?? 2000);
const seed = Number(process.env.DIFFERENTIAL_SEED ?? 20_240_607);
const name = 'indexed';

const indexes: readonly JsonObject[] = [
  { keys: { a: 1 } },
  { keys: { b: -1, a: 1 } },
  { keys: { 'a.b': 1 } },
  { keys: { c: 1 }, options: { sparse: true } },
  { keys: { '0': 1 }, options: { partial_filter: { b: { $gt: 0 } } } },
  { keys: { 'b.c': 1 }, options: { partial_filter: { a: { $exists: true }, c: { $in: ['a', null, 1] } } } },
];

const [reference, ...others] = await withoutStandIn(testDatabases);

/** With and without arrays: an index serves the two in different ways, and goes from one to the other by a write. */
const shapes: readonly (readonly [string, (data: JsonObject) => boolean])[] = [
  ['without arrays', (data) => !hasArray(data)],
  ['with arrays', () => true],
];

describe.each(others)('on $type indexes change no answer', (database) => {
  let memory: DocumentRepository;
  let other: DocumentRepository;
  beforeAll(async () => {
    if (reference === undefined) throw new TypeError('the memory database is always there');
    memory = await openTestRepository(reference);
    other = await openTestRepository(database);
    for (const index of indexes) await createWhereSupported(other, index);
  });
  afterAll(async () => {
    await memory.close();
    await other.close();
  });

  test.each(shapes)('%s', { timeout: 600_000 }, async (_, keep) => {
    const docs = fc.sample(documentData.filter(keep), { seed, numRuns: 60 });
    for (const repository of [memory, other]) {
      await repository.deleteMany(name, { kind: 'everything' }, testCall());
      await insertAll(repository, name, docs);
    }
    const alike = async <T>(ask: (repository: DocumentRepository) => Promise<T>): Promise<void> => {
      expect(await answer(ask, other)).toEqual(await answer(ask, memory));
    };
    await fc.assert(
      fc.asyncProperty(filter, sort, page, async (where, order, cut) => {
        await alike(async (repository) =>
          (await findAll(repository, name, where, definite(order, database.type), cut)).map((one) => one.id),
        );
        await alike((repository) => repository.count(name, filterOf(where), testCall()));
      }),
      { seed, numRuns: Math.ceil(queries / 2) },
    );
    await fc.assert(
      fc.asyncProperty(path, filter, (field, where) =>
        alike((repository) => repository.distinct(name, field.split('.'), filterOf(where), testCall())),
      ),
      { seed, numRuns: Math.ceil(queries / 8) },
    );
    await fc.assert(
      fc.asyncProperty(sort, fc.nat(docs.length - 1), (order, place) =>
        alike((repository) => idsAfter(repository, definite(order, database.type), place)),
      ),
      { seed, numRuns: Math.ceil(queries / 8) },
    );
  });
});

/** The ids of the page that follows on the document at a place of the order. */
async function idsAfter(
  repository: DocumentRepository,
  order: JsonObject,
  place: number,
): Promise<readonly string[]> {
  const before = (await findAll(repository, name, {}, order))[place];
  if (before === undefined) return [];
  const given = parseSort(order, { path: 'sort', shortNames: true, extendedJson: false });
  const byId = given.some((field) => field.path.join('.') === '_id');
  const sorted = byId ? given : [...given, { path: ['_id'], direction: 1 as const }];
  const after = sortKey(flatView(before), sorted);
  const query = {
    filter: filterOf({}),
    sort: given,
    skip: 0,
    limit: 7,
    after,
    projection: undefined,
  };
  return (await Array.fromAsync(repository.find(name, query, testCall()))).map((one) => one.id);
}

async function createWhereSupported(repository: DocumentRepository, index: JsonObject): Promise<void> {
  const definition = parseIndex(index, { path: 'index', shortNames: true, extendedJson: false });
  try {
    await repository.createIndexes(name, [definition], testCall());
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'UNSUPPORTED_OPERATION') throw error;
  }
}

function hasArray(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.values(value).some(hasArray);
}

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
