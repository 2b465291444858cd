import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/** Everything is the domain's own evaluation: the reference that the other databases are compared with. */
export const memoryCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 16 * 1024 * 1024, keepsKeyOrder: true, extendedJson: false },
  indexes: {
    single: 'emulated',
    compound: 'emulated',
    unique: 'native',
    sparse: 'native',
    partial: 'native',
    ttl: 'unsupported',
    text: 'unsupported',
    '2dsphere': 'unsupported',
    hashed: 'unsupported',
  },
  collections: { rename: 'native', capped: 'unsupported' },
  transactions: 'full',
  changeFeed: 'native',
  raw: 'none',
  batching: { reads: false, writes: false },
};
