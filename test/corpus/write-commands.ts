import type { Call } from '../../src/application/ports/call.ts';
import type { DocumentRepository, WriteOperation } from '../../src/application/ports/document-repository.ts';
import { parseProjection } from '../../src/application/query-language/parse-projection.ts';
import { parseSort } from '../../src/application/query-language/parse-sort.ts';
import { parseUpdate } from '../../src/application/query-language/parse-update.ts';
import type { Document } from '../../src/domain/document/document.ts';
import { parseDocumentData } from '../../src/domain/document/document-data.ts';
import type { Change, ModifyOutcome } from '../../src/domain/document/modification.ts';
import { invalidRequest, ServiceError } from '../../src/domain/errors.ts';
import { upsertSeed } from '../../src/domain/evaluation/updates/upsert-seed.ts';
import type { Filter } from '../../src/domain/query/filter.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { testDocument } from '../support/test-document.ts';
import { isObject, portableId } from './portable-ids.ts';
import { commandFilter, queryOptions, type RunCommand, shownDocument } from './read-commands.ts';

export const writers: Readonly<Record<string, RunCommand>> = {
  insert: async (repository, collection, command, call) => {
    const documents = listOf(command.documents, 'documents').map((source) => newDocument(collection, source));
    const outcomes = await repository.insert(collection, documents, true, call);
    const n = outcomes.filter((outcome) => outcome.status === 'inserted').length;
    const writeErrors = outcomes.flatMap((outcome, index) =>
      outcome.status === 'failed' ? [{ index, code: mongodbCode(outcome.error) }] : [],
    );
    return { documents: [], response: { n, ...(writeErrors.length > 0 && { writeErrors }) } };
  },
  delete: async (repository, collection, command, call) => {
    const operations = listOf(command.deletes, 'deletes').map((one) => {
      const { q, limit, collation, ...others } = objectOf(one, 'deletes');
      const unknown = Object.keys(others).find((name) => name !== 'hint');
      if (unknown !== undefined) throw invalidRequest('unknown field', `deletes.${unknown}`);
      if (limit !== 0 && limit !== 1) throw invalidRequest('limit is 0 or 1', 'deletes.limit');
      return change(
        collection,
        commandFilter(objectOf(q, 'deletes.q'), collation),
        { kind: 'remove' },
        limit === 0,
        false,
      );
    });
    const { n } = await counts(repository, operations, call);
    return { documents: [], response: { n } };
  },
  update: async (repository, collection, command, call) => {
    const operations = listOf(command.updates, 'updates').map((one) => {
      const { q, u, arrayFilters, multi, upsert } = objectOf(one, 'updates');
      const filter = commandFilter(objectOf(q, 'updates.q'));
      const parsed = changeOf(u ?? null, arrayFilters, q);
      if (parsed.kind === 'replace' && multi === true)
        throw invalidRequest('a replacement is for one document', 'multi');
      return change(collection, filter, parsed, multi === true, upsert === true);
    });
    const { n, nModified } = await counts(repository, operations, call);
    return { documents: [], response: { n, nModified } };
  },
  findAndModify: async (repository, collection, command, call) => {
    const { query, remove, update, arrayFilters, upsert, sort, fields } = command;
    const after = truthy(command.new, 'new');
    const removes = truthy(remove, 'remove');
    if (removes === (update !== undefined)) throw invalidRequest('either remove or update', 'findAndModify');
    if (removes && (after || upsert === true))
      throw invalidRequest('remove goes with neither', 'findAndModify');
    const filter = commandFilter(query);
    const projection =
      fields === undefined || fields === null ? undefined : parseProjection(fields, queryOptions('fields'));
    const changed: Change = removes ? { kind: 'remove' } : changeOf(update ?? null, arrayFilters, query);
    const order = sort === undefined ? [] : parseSort(sort, queryOptions('sort'));
    const find = { filter, sort: order, skip: 0, limit: 1, after: undefined, projection: undefined };
    const [found] = await Array.fromAsync(repository.find(collection, find, call));
    const insert = upsert === true && found === undefined ? { seed: upsertSeed(filter) } : undefined;
    const id = found?.id ?? insertedId(insert?.seed) ?? 'made-by-upsert';
    const modification = { id, change: changed, expectedVersion: undefined, where: filter, insert };
    const outcome = await repository.modify(collection, modification, call);
    const show = shownDocument(projection, filter);
    const shown = shownOutcome(outcome, after);
    return {
      documents: [],
      response: {
        value: shown === undefined ? null : show(shown),
        lastErrorObject: { n: outcome.status === 'missing' ? 0 : 1 },
      },
    };
  },
};

function mongodbCode(error: ServiceError): number {
  if (error.code === 'DUPLICATE_KEY') return 11000;
  throw error;
}

function insertedId(seed: JsonObject | undefined): string | undefined {
  const id = seed?._id;
  return typeof id === 'string' ? id : undefined;
}

function shownOutcome(outcome: ModifyOutcome, after: boolean): Document | undefined {
  switch (outcome.status) {
    case 'modified':
      return after ? outcome.after : outcome.before;
    case 'unchanged':
      return outcome.document;
    case 'inserted':
      return after ? outcome.after : undefined;
    case 'removed':
      return outcome.before;
    case 'failed':
      throw outcome.error;
    default:
      return undefined;
  }
}

/** A document without operators replaces, as in MongoDB's own command. */
function changeOf(source: Json, arrayFilters: Json | undefined, query: Json | undefined): Change {
  const replaces = isObject(source) && !Object.keys(source).some((name) => name.startsWith('$'));
  if (!replaces) return { kind: 'update', update: parseUpdate(source, arrayFilters, queryOptions('update')) };
  const { _id, ...data } = source;
  if (_id !== undefined && isObject(query) && query._id !== _id)
    throw invalidRequest('_id is immutable', 'update._id');
  return { kind: 'replace', data: parseDocumentData(data, 'update'), metadata: undefined };
}

function change(
  collection: string,
  filter: Filter,
  changed: Change,
  many: boolean,
  upsert: boolean,
): WriteOperation {
  const target = { kind: 'filter', filter, many } as const;
  return {
    kind: 'change',
    collection,
    target,
    change: changed,
    upsert,
    expectMatched: undefined,
    optional: true,
  };
}

async function counts(
  repository: DocumentRepository,
  operations: readonly WriteOperation[],
  call: Call,
): Promise<{ n: number; nModified: number }> {
  const { results, failures } = await repository.bulkWrite(operations, true, call);
  const [failure] = failures;
  if (failure !== undefined) throw new ServiceError(failure.code as ServiceError['code'], failure.message);
  let n = 0;
  let nModified = 0;
  for (const result of results) {
    n += (result?.matched ?? 0) + (result?.deleted ?? 0) + (result?.upsertedId === undefined ? 0 : 1);
    nModified += result?.modified ?? 0;
  }
  return { n, nModified };
}

function newDocument(collection: string, source: Json): Document {
  const { _id, ...data } = objectOf(source, 'documents');
  const id = portableId(_id ?? null);
  return testDocument(
    collection,
    typeof id === 'string' ? id : JSON.stringify(id),
    parseDocumentData(data, 'documents'),
  );
}

/** MongoDB takes numbers for booleans. */
function truthy(value: Json | undefined, path: string): boolean {
  if (typeof value === 'object' && value !== null) throw invalidRequest('a boolean is needed', path);
  return value === true || (typeof value === 'number' && value !== 0);
}

function listOf(value: Json | undefined, path: string): readonly Json[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw invalidRequest('a list is needed', path);
}

function objectOf(value: Json | undefined, path: string): JsonObject {
  if (isObject(value)) return value;
  throw invalidRequest('an object is needed', path);
}
