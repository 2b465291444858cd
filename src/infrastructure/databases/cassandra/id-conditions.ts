import type { CassandraFragment, LookupBounds } from './cassandra-dialect.ts';
import type { CollectionEntry } from './cassandra-ledger.ts';
import type { TokenOrder } from './token-order.ts';

/** Where the ids of all candidates can be had without reading the whole collection. */
export type IdSource =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'lookup'; readonly indexId: string; readonly bounds: LookupBounds };

/**
 * The sources whose ids together hold every candidate of a condition; undefined: the collection has to be read. An index
 * that is gone by now answers nothing, so it is no source.
 */
export function candidateSource(
  where: CassandraFragment,
  entry: CollectionEntry,
): readonly IdSource[] | undefined {
  switch (where.kind) {
    case 'ids':
      return [where];
    case 'lookup': {
      const index = entry.indexes.find(
        ({ definition, state }) => definition.name === where.index && state === 'ready',
      );
      return index && [{ kind: 'lookup', indexId: index.id, bounds: where.bounds }];
    }
    case 'and':
      return narrowest(where.of.map((part) => candidateSource(part, entry)));
    case 'or': {
      const sources = where.of.map((part) => candidateSource(part, entry));
      return sources.includes(undefined) ? undefined : sources.flatMap((source) => source ?? []);
    }
    case 'after':
    case 'not':
    case 'tokenOrder':
      return undefined;
  }
}

/** Any one part of a conjunction will do: ids before keys before ranges of keys. */
function narrowest(sources: readonly (readonly IdSource[] | undefined)[]): readonly IdSource[] | undefined {
  const usable = sources.filter((source) => source !== undefined);
  return usable.sort((a, b) => width(a) - width(b))[0];
}

function width(sources: readonly IdSource[]): number {
  return Math.max(0, ...sources.map((one) => (one.kind === 'ids' ? 0 : 'keys' in one.bounds ? 1 : 2)));
}

/** What a condition says about an id alone; what lookups say is left to the documents. */
export function idTest(where: CassandraFragment, order: TokenOrder): (id: string) => boolean {
  switch (where.kind) {
    case 'ids': {
      const ids = new Set(where.ids);
      return (id) => ids.has(id);
    }
    case 'after':
      return (id) => order.compare(id, where.id) > 0;
    case 'and': {
      const tests = where.of.map((part) => idTest(part, order));
      return (id) => tests.every((test) => test(id));
    }
    case 'or': {
      const tests = where.of.map((part) => idTest(part, order));
      return (id) => tests.some((test) => test(id));
    }
    case 'not': {
      const test = idTest(where.of, order);
      return (id) => !test(id);
    }
    case 'lookup':
    case 'tokenOrder':
      return () => true;
  }
}
