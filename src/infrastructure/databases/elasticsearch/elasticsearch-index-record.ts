import type { IndexDefinition } from '../../../domain/document/index-definition.ts';

/** An index of the API as the ledger keeps it. */
export interface IndexRecord {
  readonly definition: IndexDefinition;
  /** Unlike the name never used twice in a collection: what belongs to the index is kept under it. */
  readonly key: string;
  /** Whether documents have order keys for its fields. */
  readonly ordered: boolean;
  /** `building`: kept up by writers, but not every document has been brought in yet. */
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
  const record = { ...stored, definition };
  records.set(definition, record);
  return record;
}

const records = new WeakMap<IndexDefinition, IndexRecord>();

/** The record of a definition that came out of the ledger. */
export function recordOf(definition: IndexDefinition): IndexRecord | undefined {
  return records.get(definition);
}
