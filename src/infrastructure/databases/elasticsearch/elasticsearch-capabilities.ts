import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/** Filters run on the tokens of a document, as far as these tell; changes are compare-and-set by sequence number. */
export const elasticsearchCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 16 * 1024 * 1024, keepsKeyOrder: true, extendedJson: false },
  filter: {
    ...emulatedCapabilities.filter,
    compare: 'native',
    in: 'native',
    exists: 'native',
    type: 'native',
    size: 'native',
    regex: 'partial',
    mod: 'partial',
    bits: 'partial',
    elemMatch: 'partial',
  },
  sort: 'partial',
  aggregation: {
    ...emulatedCapabilities.aggregation,
    match: 'partial',
    sort: 'partial',
    skip: 'partial',
    limit: 'partial',
    count: 'partial',
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
  collections: { rename: 'unsupported', capped: 'unsupported' },
  transactions: 'none',
  changeFeed: 'native',
  raw: 'elasticsearch',
  batching: { reads: true, writes: true },
};
