import type { ClientSession, Collection } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations, NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { aggregateNatively } from './mongodb-aggregate.ts';
import { commandOptions, run, stream } from './mongodb-call.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { distinctNatively } from './mongodb-distinct.ts';
import { fromStored } from './mongodb-documents.ts';
import { anyId, idToText } from './mongodb-ids.ts';
import { insertDocuments } from './mongodb-insert.ts';
import { resolveKeyset } from './mongodb-keyset.ts';
import { modifyOne } from './mongodb-modify.ts';
import { modifyEach, modifyInOrder } from './mongodb-modify-all.ts';
import { modifyManyNatively } from './mongodb-modify-many.ts';
import { filterOf, type MongodbNative, sortOf, stagesOf } from './mongodb-native.ts';
import type { BsonDocument } from './mongodb-values.ts';

/** What the operations work on: the connection, or one session of it that holds a transaction. */
export interface OperationScope {
  readonly connection: MongodbConnection;
  readonly session: ClientSession | undefined;
}

/** The document operations, on their own or inside a transaction. */
export function mongodbOperations(scope: OperationScope): DocumentOperations<MongodbNative> {
  const { session } = scope;
  const open = (name: string, call: Call): Promise<Collection<BsonDocument>> =>
    openCollection(scope, name, call);
  return {
    get: (name, ids, call) => getDocuments(scope, name, ids, call),
    find: (name, query, call) => findDocuments(scope, name, query, call),
    async count(name, where, call) {
      const collection = await open(name, call);
      const options = { ...commandOptions(call, session), signal: call.signal };
      return run(call, name, () => countExactly(collection, where, scope, options));
    },
    async insert(name, documents, call, { ordered }) {
      const collection = await open(name, call);
      return insertDocuments({ collection, session, call }, documents, ordered);
    },
    async modify(name, modifications, call, { ordered }) {
      const target = { collection: await open(name, call), session, call };
      const run = (modification: Modification): Promise<ModifyOutcome> => modifyOne(target, modification);
      if (ordered) return modifyInOrder(modifications, run);
      // A session takes one command at a time.
      return modifyEach(modifications, run, session === undefined ? undefined : 1);
    },
    aggregate: (name, native, call) => aggregateNatively(scope, name, stagesOf(native), call),
    async distinct(name, path, where, call) {
      return distinctNatively({ collection: await open(name, call), session, call }, path, filterOf(where));
    },
    async modifyMany(name, where, change, call) {
      return modifyManyNatively(
        { collection: await open(name, call), session, call },
        filterOf(where),
        change,
      );
    },
  };
}

export function openCollection(
  { connection }: OperationScope,
  name: string,
  call: Call,
): Promise<Collection<BsonDocument>> {
  return run(call, name, () => connection.collection(name));
}

type CountOptions = ReturnType<typeof commandOptions> & { readonly signal: AbortSignal };

/** All documents of a collection are counted by its metadata, except where sharding or a transaction forbids it. */
async function countExactly(
  collection: Collection<BsonDocument>,
  where: MongodbNative | undefined,
  { connection, session }: OperationScope,
  options: CountOptions,
): Promise<number> {
  if (where !== undefined || session !== undefined || connection.kind() === 'sharded')
    return collection.countDocuments(filterOf(where), options);
  return collection.estimatedDocumentCount({ maxTimeMS: options.maxTimeMS });
}

async function getDocuments(
  scope: OperationScope,
  name: string,
  ids: readonly DocumentId[],
  call: Call,
): Promise<readonly (Document | undefined)[]> {
  if (ids.length === 0) return [];
  const collection = await openCollection(scope, name, call);
  const options = {
    ...commandOptions(call, scope.session),
    signal: call.signal,
    batchSize: 2 * ids.length + 1,
  };
  const stored = await run(call, name, () => collection.find(anyId(ids), options).toArray());
  const found = new Map<DocumentId, BsonDocument>();
  for (const document of stored) {
    const id = idToText(document._id);
    if (typeof document._id === 'string' || !found.has(id)) found.set(id, document);
  }
  return ids.map((id) => {
    const document = found.get(id);
    return document && fromStored(name, document);
  });
}

function findDocuments(
  scope: OperationScope,
  name: string,
  { where, order, skip, limit }: NativeFind<MongodbNative>,
  call: Call,
): AsyncIterable<Document> {
  return stream(call, name, async () => {
    const collection = await openCollection(scope, name, call);
    const options = { ...commandOptions(call, scope.session), signal: call.signal };
    const filter = await resolveKeyset(filterOf(where), (id) => storedSystemFields(collection, id, options));
    const cursor = collection.find(filter, { ...options, skip, ...pageSize(limit) });
    const sort = sortOf(order);
    return documentsOf(name, sort === undefined ? cursor : cursor.sort(new Map(sort)).allowDiskUse(true));
  });
}

const largestBatch = 1000;

/** A page comes in one answer, without a cursor that has to be closed. */
function pageSize(limit: number | undefined): { readonly limit?: number; readonly batchSize: number } {
  if (limit === undefined) return { batchSize: largestBatch };
  return { limit, batchSize: Math.min(limit + 1, largestBatch + 1) };
}

async function* documentsOf(name: string, cursor: AsyncIterable<BsonDocument>): AsyncIterable<Document> {
  for await (const stored of cursor) yield fromStored(name, stored);
}

/** Of several stored ids that read as this one, the last in order, so that paging always moves on. */
async function storedSystemFields(
  collection: Collection<BsonDocument>,
  id: DocumentId,
  options: CountOptions,
): Promise<BsonDocument | undefined> {
  const projection = { _id: 1, _version: 1, _created_at: 1, _updated_at: 1 };
  const stored = await collection.findOne(anyId([id]), { ...options, projection, sort: { _id: -1 } });
  return stored ?? undefined;
}
