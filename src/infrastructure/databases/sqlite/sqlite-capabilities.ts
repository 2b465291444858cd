import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/**
 * Filters, sorts and changes run inside SQLite and its writer thread: as comparisons of keys that indexes hold, and by
 * the domain's evaluation, called from SQL, where arrays or patterns need it.
 */
export const sqliteCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 16 * 1024 * 1024, keepsKeyOrder: true, extendedJson: false },
  filter: {
    ...emulatedCapabilities.filter,
    compare: 'native',
    in: 'native',
    exists: 'native',
    type: 'native',
    regex: 'native',
    size: 'native',
    mod: 'native',
    bits: 'native',
    elemMatch: 'native',
    expr: 'native',
    jsonSchema: 'native',
  },
  sort: 'native',
  aggregation: {
    ...emulatedCapabilities.aggregation,
    match: 'native',
    sort: 'native',
    skip: 'native',
    limit: 'native',
    count: 'native',
    group: 'partial',
    sortByCount: 'partial',
    unwind: 'partial',
  },
  indexes: {
    single: 'native',
    compound: 'native',
    unique: 'native',
    sparse: 'native',
    partial: 'native',
    ttl: 'native',
    text: 'unsupported',
    '2dsphere': 'unsupported',
    hashed: 'native',
  },
  collections: { rename: 'native', capped: 'unsupported' },
  transactions: 'full',
  changeFeed: 'native',
  raw: 'sql',
  batching: { reads: false, writes: false },
};
