import type { IndexDefinition } from '../../../domain/document/index-definition.ts';

/** An index as the ledger keeps it: JSON text; two definitions are the same when their texts are. */
export function indexRecord(index: IndexDefinition): string {
  const { name, keys, unique, sparse, expireAfterSeconds, partialFilter } = index;
  return JSON.stringify({ name, keys, unique, sparse, expireAfterSeconds, partialFilter });
}

/** @param text as `indexRecord` made it. */
export function parseIndexDefinition(text: string): IndexDefinition {
  const stored = JSON.parse(text) as Partial<IndexDefinition> & Pick<IndexDefinition, 'name' | 'keys'>;
  return {
    name: stored.name,
    keys: stored.keys,
    unique: stored.unique ?? false,
    sparse: stored.sparse ?? false,
    expireAfterSeconds: stored.expireAfterSeconds,
    partialFilter: stored.partialFilter,
  };
}
