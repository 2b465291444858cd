import type { SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError, validationError } from '../../../domain/errors.ts';
import { unsupportedCapability } from '../unsupported-capability.ts';
import { memoryCapabilities } from './memory-capabilities.ts';
import type { MemoryCollection } from './memory-collection.ts';
import type { MemoryDatabase } from './memory-database.ts';

export function memorySchema(database: MemoryDatabase): SchemaAdmin {
  return {
    listCollections: async () => [...database.collections.keys()].sort(),
    collectionExists: async (collection) => database.collections.has(collection),
    createCollection: async (collection, options) => {
      if (options.capped !== undefined) throw unsupportedCapability('memory', 'collections.capped');
      if (database.collections.has(collection)) throw validationError('the collection exists', 'name');
      database.writable(collection);
    },
    dropCollection: async (collection) => {
      demand(database, collection);
      database.collections.delete(collection);
    },
    renameCollection: async (from, to) => renameCollection(database, from, to),
    listIndexes: async (collection) =>
      [...(database.existing(collection)?.indexes.values() ?? [])].map((index) => index.definition),
    createIndex: async (collection, index) => {
      const kind = unsupportedKind(index);
      if (kind !== undefined) throw unsupportedCapability('memory', `indexes.${kind}`);
      database.writable(collection).createIndex(index);
    },
    dropIndex: async (collection, name) => {
      if (demand(database, collection).indexes.delete(name)) return;
      throw new ServiceError('INDEX_ERROR', 'there is no index of this name', { index: name });
    },
    estimatedCount: async (collection) => database.existing(collection)?.documents.size ?? 0,
    collectionStats: async (collection) => {
      const { documents, indexes } = demand(database, collection);
      let sizeBytes = 0;
      for (const document of documents.values()) sizeBytes += document.data.text.length;
      return {
        documentCount: documents.size,
        sizeBytes,
        indexes: [...indexes.keys()].map((name) => ({ name, sizeBytes: 0 })),
      };
    },
  };
}

function unsupportedKind(index: IndexDefinition): string | undefined {
  if (index.expireAfterSeconds !== undefined) return 'ttl';
  const kinds = index.keys.map((key) => key.kind).filter((kind) => typeof kind === 'string');
  return kinds.find((kind) => memoryCapabilities.indexes[kind] === 'unsupported');
}

function demand(database: MemoryDatabase, collection: string): MemoryCollection {
  const existing = database.existing(collection);
  if (existing !== undefined) return existing;
  throw new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
    collection,
  });
}

function renameCollection(database: MemoryDatabase, from: string, to: string): void {
  const renamed = demand(database, from);
  if (database.collections.has(to)) throw validationError('a collection of the new name exists', 'new_name');
  database.collections.delete(from);
  database.collections.set(to, renamed);
  for (const [id, document] of renamed.documents) renamed.documents.set(id, { ...document, collection: to });
}
