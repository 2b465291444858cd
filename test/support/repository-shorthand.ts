import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { collateFilter } from '../../src/application/query-language/collate-filter.ts';
import { parseCollation } from '../../src/application/query-language/parse-collation.ts';
import { parseFilter } from '../../src/application/query-language/parse-filter.ts';
import { parseIndex } from '../../src/application/query-language/parse-index.ts';
import type { ParseOptions } from '../../src/application/query-language/parse-options.ts';
import { parsePipeline } from '../../src/application/query-language/parse-pipeline.ts';
import { parseSort } from '../../src/application/query-language/parse-sort.ts';
import { parseUpdate } from '../../src/application/query-language/parse-update.ts';
import type { Document } from '../../src/domain/document/document.ts';
import type { Change, ModifyOutcome } from '../../src/domain/document/modification.ts';
import type { Filter } from '../../src/domain/query/filter.ts';
import type { Update } from '../../src/domain/query/update.ts';
import { toJson } from '../../src/domain/value/to-json.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { testCall } from './test-call.ts';
import { testDocument } from './test-document.ts';

const options = (path: string): ParseOptions => ({ path, shortNames: true, extendedJson: false });

export function filterOf(source: Json): Filter {
  return parseFilter(source, options('filter'));
}

export function collatedFilterOf(source: Json, collation: Json): Filter {
  return collateFilter(filterOf(source), parseCollation(collation, 'collation'), 'filter');
}

export function updateOf(source: Json, arrayFilters?: Json): Update {
  return parseUpdate(source, arrayFilters, options('update'));
}

/** Inserts documents under their `_id`s (or their places, counted from 1). */
export async function insertAll(
  repository: DocumentRepository,
  collection: string,
  docs: readonly JsonObject[],
): Promise<void> {
  const documents = docs.map(({ _id, ...data }, index) =>
    testDocument(collection, String(_id ?? index + 1), data),
  );
  for (const outcome of await repository.insert(collection, documents, true, testCall())) {
    if (outcome.status === 'failed') throw outcome.error;
  }
}

export function findAll(
  repository: DocumentRepository,
  collection: string,
  filter: Json,
  sort: Json = {},
  page: { readonly skip?: number; readonly limit?: number | undefined } = {},
): Promise<readonly Document[]> {
  const query = {
    filter: filterOf(filter),
    sort: parseSort(sort, options('sort')),
    skip: page.skip ?? 0,
    limit: page.limit,
    after: undefined,
    projection: undefined,
  };
  return Array.fromAsync(repository.find(collection, query, testCall()));
}

/** The ids that a filter finds, in the order of `sort`; ascending when there is none. */
export async function findIds(
  repository: DocumentRepository,
  collection: string,
  filter: Json,
  sort?: Json,
): Promise<readonly string[]> {
  const ids = (await findAll(repository, collection, filter, sort)).map((document) => document.id);
  return sort === undefined ? ids.sort() : ids;
}

export async function aggregateAll(
  repository: DocumentRepository,
  collection: string,
  pipeline: Json,
): Promise<readonly Json[]> {
  const stages = parsePipeline(pipeline, { ...options('pipeline'), shortNames: false });
  return (await Array.fromAsync(repository.aggregate(collection, stages, testCall()))).map(toJson);
}

export function changeOne(
  repository: DocumentRepository,
  collection: string,
  id: string,
  change: Change,
  expectedVersion?: number,
): Promise<ModifyOutcome> {
  const modification = { id, change, expectedVersion, where: undefined, insert: undefined };
  return repository.modify(collection, modification, testCall());
}

export function updateOne(
  repository: DocumentRepository,
  collection: string,
  id: string,
  update: Json,
): Promise<ModifyOutcome> {
  return changeOne(repository, collection, id, { kind: 'update', update: updateOf(update) });
}

export async function createIndex(
  repository: DocumentRepository,
  collection: string,
  keys: JsonObject,
  indexOptions: JsonObject = {},
): Promise<string> {
  const index = parseIndex({ keys, options: indexOptions }, { ...options('index'), path: '' });
  await repository.createIndexes(collection, [index], testCall());
  return index.name;
}
