import type { IndexDefinition } from '../../../domain/document/index-definition.ts';

/** An index of the API as the ledger keeps it. */
export interface IndexRecord {
  readonly definition: IndexDefinition;
  /** Unlike the name never used twice in a collection: its keys are kept under it. */
  readonly key: string;
  /** Where the order keys of its fields stand, ascending and descending; empty until every document has them. */
  readonly slots: readonly (readonly [asc: number, desc: number])[];
  /** `building`: kept by writers, but not yet whole. */
  readonly state: 'building' | 'ready';
}

export interface StoredRecord extends Omit<IndexRecord, 'definition'> {
  /** JSON text: a filter has operators for field names. */
  readonly definition: string;
}

export function storedRecord(record: IndexRecord): StoredRecord {
  return { ...record, definition: definitionText(record.definition) };
}

/** Two definitions are the same when their texts are. */
export function definitionText(index: IndexDefinition): string {
  const { name, keys, unique, sparse, expireAfterSeconds, partialFilter } = index;
  return JSON.stringify({ name, keys, unique, sparse, expireAfterSeconds, partialFilter });
}

export function parseRecord(stored: StoredRecord): IndexRecord {
  const parsed = JSON.parse(stored.definition) as Partial<IndexDefinition> &
    Pick<IndexDefinition, 'name' | 'keys'>;
  const definition: IndexDefinition = {
    name: parsed.name,
    keys: parsed.keys,
    unique: parsed.unique ?? false,
    sparse: parsed.sparse ?? false,
    expireAfterSeconds: parsed.expireAfterSeconds,
    partialFilter: parsed.partialFilter,
  };
  return { ...stored, definition };
}
