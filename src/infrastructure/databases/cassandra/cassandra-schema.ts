import { randomBytes } from 'node:crypto';
import type { Call } from '../../../application/ports/call.ts';
import type { SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError, validationError } from '../../../domain/errors.ts';
import { unsupportedCapability } from '../unsupported-capability.ts';
import { cassandraCapabilities } from './cassandra-capabilities.ts';
import { type CassandraLedger, maxAge, type StoredIndex } from './cassandra-ledger.ts';
import type { CassandraStats } from './cassandra-stats.ts';
import type { DroppedIndexes } from './dropped-indexes.ts';
import type { IndexBuilder } from './index-builder.ts';

interface Parts {
  readonly ledger: CassandraLedger;
  readonly builder: IndexBuilder;
  readonly stats: CassandraStats;
  readonly dropped: DroppedIndexes;
}

/** Collections and indexes by way of the ledger. */
export function cassandraSchema({ ledger, builder, stats, dropped }: Parts): SchemaAdmin {
  return {
    listCollections: (call) => ledger.names(call),
    collectionExists: async (collection, call) =>
      (await ledger.find(collection, maxAge.writing, call)) !== undefined,
    createCollection: async (collection, options, call) => {
      if (options.capped !== undefined) throw unsupportedCapability('cassandra', 'collections.capped');
      if (!(await ledger.create(collection, call)).made)
        throw validationError('the collection exists', 'name');
    },
    dropCollection: async (collection, call) => {
      const { indexes } = await ledger.demand(collection, call);
      await dropped.note(indexes, call);
      await ledger.drop(collection, call);
      for (const index of indexes) await builder.clear(index, call);
    },
    renameCollection: async (from, to, call) => {
      if (from === to || !(await ledger.rename(from, to, call)))
        throw validationError('a collection of the new name exists', 'new_name');
    },
    listIndexes: async (collection, call) => {
      const entry = await ledger.find(collection, maxAge.reading, call);
      return (entry?.indexes ?? [])
        .filter(({ state }) => state === 'ready')
        .map(({ definition }) => definition);
    },
    createIndex: async (collection, definition, call) => {
      const kind = unsupportedKind(definition);
      if (kind !== undefined) throw unsupportedCapability('cassandra', `indexes.${kind}`);
      await createIndex({ ledger, builder, dropped }, collection, definition, call);
    },
    dropIndex: async (collection, name, call) => {
      const { indexes } = await ledger.demand(collection, call);
      await dropped.note(indexes.filter(isNamed(name)), call);
      const gone: StoredIndex[] = [];
      await ledger.changeIndexes(
        collection,
        (present) => {
          gone.splice(0, gone.length, ...present.filter(isNamed(name)));
          if (gone.length === 0)
            throw new ServiceError('INDEX_ERROR', 'there is no index of this name', { index: name });
          return present.filter((index) => !isNamed(name)(index));
        },
        call,
      );
      for (const index of gone) await builder.clear(index, call);
    },
    estimatedCount: async (collection, call) => {
      const entry = await ledger.find(collection, maxAge.reading, call);
      return entry === undefined ? 0 : (await stats.ofCollection(entry, call)).documentCount;
    },
    collectionStats: async (collection, call) =>
      stats.ofCollection(await ledger.demand(collection, call), call),
  };
}

async function createIndex(
  { ledger, builder, dropped }: Pick<Parts, 'ledger' | 'builder' | 'dropped'>,
  collection: string,
  definition: IndexDefinition,
  call: Call,
): Promise<void> {
  await ledger.ensure(collection, call);
  const added: StoredIndex = { id: randomBytes(8).toString('hex'), definition, state: 'building' };
  const entry = await ledger.changeIndexes(
    collection,
    (indexes) => {
      const existing = indexes.find((one) => one.definition.name === definition.name);
      if (existing === undefined) return [...indexes, added];
      if (JSON.stringify(existing.definition) === JSON.stringify(definition)) return indexes;
      throw new ServiceError('INDEX_ERROR', 'an index of this name with another definition exists', {
        index: definition.name,
      });
    },
    call,
  );
  const index = entry.indexes.find((one) => one.definition.name === definition.name);
  if (index?.state !== 'building') return;
  try {
    await builder.build(entry, index, call);
  } catch (error) {
    await dropped.note([index], call);
    await ledger.changeIndexes(collection, (indexes) => indexes.filter(({ id }) => id !== index.id), call);
    await builder.clear(index, call);
    throw error;
  }
  await ledger.changeIndexes(
    collection,
    (indexes) => indexes.map((one) => (one.id === index.id ? { ...one, state: 'ready' } : one)),
    call,
  );
}

function isNamed(name: string): (index: StoredIndex) => boolean {
  return ({ definition }) => definition.name === name;
}

/** A partial index that is not unique would be kept and never be used. */
function unsupportedKind({ keys, partialFilter, unique }: IndexDefinition): string | undefined {
  const kinds = keys.map((key) => key.kind).filter((kind) => typeof kind === 'string');
  const kind = kinds.find((one) => cassandraCapabilities.indexes[one] === 'unsupported');
  return kind ?? (partialFilter !== undefined && !unique ? 'partial' : undefined);
}
