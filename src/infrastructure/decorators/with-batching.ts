import type { DatabaseAdapter } from '../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../domain/document/document.ts';
import type { InsertOutcome, Modification, ModifyOutcome } from '../../domain/document/modification.ts';
import { Coalescer, type RunBatch } from './coalescer.ts';

const maxReads = 256;
const maxWrites = 128;
const maxInFlight = 2;

/**
 * Coalesces concurrent point reads, single inserts and single modifications of one collection into one statement each,
 * where the adapter's capabilities say that it is worth it; results and errors stay each call's own.
 */
export function withBatching<N>(adapter: DatabaseAdapter<N>): DatabaseAdapter<N> {
  const { reads, writes } = adapter.capabilities.batching;
  return { ...adapter, ...(reads && batchedReads(adapter)), ...(writes && batchedWrites(adapter)) };
}

/** `undefined` is an outcome too, so a document travels in a box. */
interface Found {
  readonly document: Document | undefined;
}

function batchedReads<N>(adapter: DatabaseAdapter<N>): Pick<DatabaseAdapter<N>, 'get'> {
  const reads = perCollection<DocumentId, Found>(maxReads, (collection) => async (ids, call) => {
    const unique = [...new Set(ids)];
    const documents = await adapter.get(collection, unique, call);
    const found = new Map(unique.map((id, index) => [id, documents[index]]));
    return ids.map((id) => ({ document: found.get(id) }));
  });
  return {
    get: async (collection, ids, call) => {
      const [id] = ids;
      if (id === undefined || ids.length > 1) return adapter.get(collection, ids, call);
      return [(await reads(collection).add(id, call)).document];
    },
  };
}

function batchedWrites<N>(adapter: DatabaseAdapter<N>): Pick<DatabaseAdapter<N>, 'insert' | 'modify'> {
  const inserts = perCollection<Document, InsertOutcome>(
    maxWrites,
    (collection) => (documents, call) => adapter.insert(collection, documents, call, { ordered: false }),
  );
  const changes = perCollection<Modification, ModifyOutcome>(
    maxWrites,
    (collection) => (modifications, call) =>
      adapter.modify(collection, modifications, call, { ordered: false }),
  );
  return {
    insert: async (collection, documents, call, options) => {
      const [document] = documents;
      if (document === undefined || documents.length > 1)
        return adapter.insert(collection, documents, call, options);
      return [await inserts(collection).add(document, call)];
    },
    modify: async (collection, modifications, call, options) => {
      const [one] = modifications;
      if (one === undefined || modifications.length > 1)
        return adapter.modify(collection, modifications, call, options);
      return [await changes(collection).add(one, call)];
    },
  };
}

/** One coalescer for each collection that is in use; those at rest are forgotten when there are many. */
function perCollection<I, O>(
  maxItems: number,
  run: (collection: string) => RunBatch<I, O>,
): (collection: string) => Coalescer<I, O> {
  const coalescers = new Map<string, Coalescer<I, O>>();
  return (collection) => {
    const existing = coalescers.get(collection);
    if (existing !== undefined) return existing;
    if (coalescers.size >= 1000) {
      for (const [name, coalescer] of coalescers) if (coalescer.idle) coalescers.delete(name);
    }
    const created = new Coalescer(run(collection), maxItems, maxInFlight);
    coalescers.set(collection, created);
    return created;
  };
}
