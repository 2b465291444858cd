import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/** Filters and sorts run in PostgreSQL as jsonpath and as functions of ours; see `docs/databases/postgresql.md`. */
export const postgresqlCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 16 * 1024 * 1024, keepsKeyOrder: false, extendedJson: false },
  filter: {
    ...emulatedCapabilities.filter,
    compare: 'native',
    in: 'native',
    exists: 'native',
    type: 'native',
    regex: 'partial',
    size: 'native',
    mod: 'native',
    bits: 'native',
    elemMatch: 'native',
  },
  sort: 'native',
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
  batching: { reads: true, writes: true },
};
