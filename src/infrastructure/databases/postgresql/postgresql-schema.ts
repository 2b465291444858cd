import type { Call } from '../../../application/ports/call.ts';
import type { SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { validationError } from '../../../domain/errors.ts';
import { unsupportedCapability } from '../unsupported-capability.ts';
import { postgresqlCapabilities } from './postgresql-capabilities.ts';
import type { PostgresqlConnections, PostgresqlSession } from './postgresql-connection.ts';
import { toServiceError } from './postgresql-errors.ts';
import { inTransaction } from './postgresql-executor.ts';
import { PostgresqlIndexes } from './postgresql-indexes.ts';
import {
  collectionExists,
  createCollection,
  createIndex,
  dropCollection,
  dropIndex,
  renameCollection,
} from './postgresql-schema-changes.ts';
import { collectionStats, estimatedCount, listCollections } from './postgresql-stats.ts';

export function postgresqlSchema(
  connections: PostgresqlConnections,
  ready: () => Promise<void>,
): SchemaAdmin {
  const indexes = new PostgresqlIndexes(connections, ready);
  const run = async <T>(call: Call, body: (session: PostgresqlSession) => Promise<T>): Promise<T> => {
    await ready();
    return connections.use(call, body).catch((error: unknown) => {
      throw toServiceError(error);
    });
  };
  const change = async (call: Call, body: (session: PostgresqlSession) => Promise<void>): Promise<void> => {
    try {
      await run(call, (session) => inTransaction(session, body));
    } finally {
      indexes.forget();
    }
  };
  return {
    listCollections: (call) => run(call, listCollections),
    collectionExists: (collection, call) => run(call, (session) => collectionExists(session, collection)),
    createCollection: async (collection, options, call) => {
      if (options.capped !== undefined) throw unsupportedCapability('postgresql', 'collections.capped');
      await change(call, async (session) => {
        if (!(await createCollection(session, collection)))
          throw validationError('the collection exists', 'name');
      });
    },
    dropCollection: (collection, call) => change(call, (session) => dropCollection(session, collection)),
    renameCollection: (from, to, call) => change(call, (session) => renameCollection(session, from, to)),
    listIndexes: (collection, call) => indexes.of(collection, call),
    createIndex: async (collection, index, call) => {
      checkKinds(index);
      await change(call, (session) => createIndex(session, collection, index));
    },
    dropIndex: (collection, name, call) => change(call, (session) => dropIndex(session, collection, name)),
    estimatedCount: (collection, call) => run(call, (session) => estimatedCount(session, collection)),
    collectionStats: (collection, call) => run(call, (session) => collectionStats(session, collection)),
  };
}

/** Makes a collection that a write needs, on a connection of its own. */
export async function ensureCollection(
  connections: PostgresqlConnections,
  collection: string,
): Promise<void> {
  await connections.use(undefined, (session) =>
    inTransaction(session, async () => {
      await createCollection(session, collection);
    }),
  );
}

function checkKinds({ keys }: IndexDefinition): void {
  for (const { kind } of keys)
    if (typeof kind === 'string' && postgresqlCapabilities.indexes[kind] === 'unsupported')
      throw unsupportedCapability('postgresql', `indexes.${kind}`);
  if (keys.length > 1 && keys.some(({ kind }) => kind === 'hashed'))
    throw unsupportedCapability('postgresql', 'indexes.hashed');
}
