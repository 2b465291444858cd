import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';

/** Filters run on the tokens of a document, as far as these tell; changes are compare-and-set by sequence number. */
export const elasticsearchCapabilities: Capabilities = {
  ...emulatedCapabilities,
  documents: { maxBytes: 16 * 1024 * 1024, keepsKeyOrder: true, extendedJson: false },
  indexes: {
    single: 'unsupported',
    compound: 'unsupported',
    unique: 'unsupported',
    sparse: 'unsupported',
    partial: 'unsupported',
    ttl: 'unsupported',
    text: 'unsupported',
    '2dsphere': 'unsupported',
    hashed: 'unsupported',
  },
  collections: { rename: 'unsupported', capped: 'unsupported' },
  transactions: 'none',
  changeFeed: 'unsupported',
  raw: 'none',
  batching: { reads: true, writes: true },
};
