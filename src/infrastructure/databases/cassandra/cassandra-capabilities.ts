import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/**
 * Cassandra answers by id, by the lookups of indexes (a superset that the service narrows down), and by reading a
 * collection in the order of its tokens; the service does the rest.
 */
export const cassandraCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 4 * 1024 * 1024, keepsKeyOrder: true, extendedJson: false },
  filter: { ...emulatedCapabilities.filter, compare: 'partial', in: 'partial' },
  indexes: {
    single: 'native',
    compound: 'partial',
    unique: 'native',
    sparse: 'native',
    partial: 'partial',
    ttl: 'native',
    text: 'unsupported',
    '2dsphere': 'unsupported',
    hashed: 'native',
  },
  collections: { rename: 'native', capped: 'unsupported' },
  transactions: 'batch',
  changeFeed: 'native',
  raw: 'cql',
  batching: { reads: true, writes: false },
};
