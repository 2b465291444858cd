import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/** Filters run as JSON functions; sorts where an index holds the fields; changes on locked rows. */
export const mysqlCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 16 * 1024 * 1024, keepsKeyOrder: false, extendedJson: false },
  filter: {
    ...emulatedCapabilities.filter,
    compare: 'partial',
    in: 'partial',
    exists: 'native',
    type: 'native',
    regex: 'partial',
    size: 'native',
    mod: 'native',
    bits: 'native',
    elemMatch: 'partial',
  },
  sort: 'partial',
  indexes: {
    single: 'native',
    compound: 'native',
    unique: 'native',
    sparse: 'native',
    partial: 'partial',
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
