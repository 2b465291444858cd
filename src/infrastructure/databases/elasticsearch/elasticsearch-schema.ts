import type { SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import { validationError } from '../../../domain/errors.ts';
import { unsupportedCapability } from '../unsupported-capability.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import { livingQuery } from './elasticsearch-fragment.ts';
import { createIndex, deleteKeys, dropIndex } from './elasticsearch-indexes.ts';
import { indexSizes } from './elasticsearch-stats.ts';

export function elasticsearchSchema(database: ElasticsearchDatabase): SchemaAdmin {
  const { ledger, names, reader, freshness } = database;
  return {
    listCollections: async (call) => (await ledger.list(call)).map(({ name }) => name).sort(),
    collectionExists: async (collection, call) => (await ledger.look(collection, call)) !== undefined,
    createCollection: async (collection, { capped }, call) => {
      if (capped !== undefined) throw unsupportedCapability('elasticsearch', 'collections.capped');
      if (!(await ledger.create(collection, call))) throw validationError('the collection exists', 'name');
    },
    dropCollection: async (collection, call) => {
      await database.relay.idle();
      const state = await ledger.demand(collection, call);
      await ledger.drop(state, call);
      if (state.indexes.some(({ definition }) => definition.unique))
        await deleteKeys(database, state.concrete, undefined, call);
    },
    renameCollection: async () => {
      throw unsupportedCapability('elasticsearch', 'collections.rename');
    },
    listIndexes: async (collection, call) => {
      const state = await ledger.state(collection, call);
      return (state?.indexes ?? []).map(({ definition }) => definition);
    },
    createIndex: (collection, index, call) => createIndex(database, collection, index, call),
    dropIndex: (collection, name, call) => dropIndex(database, collection, name, call),
    estimatedCount: (collection, call) =>
      reader.countNow(names.read(collection), livingQuery(undefined), call),
    collectionStats: async (collection, call) => {
      const state = await ledger.demand(collection, call);
      const index = names.read(collection);
      await freshness.beforeSearch(index);
      const [documentCount, sizes] = await Promise.all([
        reader.countNow(index, livingQuery(undefined), call),
        indexSizes(database.connection, [state.concrete], call),
      ]);
      return {
        documentCount,
        sizeBytes: sizes.get(state.concrete) ?? 0,
        indexes: state.indexes.map(({ definition }) => ({ name: definition.name, sizeBytes: 0 })),
      };
    },
  };
}
