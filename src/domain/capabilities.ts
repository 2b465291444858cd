import type { RawLanguage } from './database-type.ts';
import type { LeafKind } from './query/filter.ts';
import type { StageKind } from './query/stage.ts';
import type { UpdateOperator } from './query/update.ts';

/**
 * How a database answers one part of the language. `native`: it runs all of it; `partial`: it runs some forms, or a
 * superset that the service narrows down; `emulated`: the service runs it, with the same answers; `unsupported`:
 * `UNSUPPORTED_OPERATION`.
 */
export type Support = 'native' | 'partial' | 'emulated' | 'unsupported';

/** What one database can do, as data: the planner, `GET /databases`, the docs and the tests read this one object. */
export interface Capabilities {
  readonly documents: {
    /** Serialised size of `data`, bytes; ≤ 16 MiB. */
    readonly maxBytes: number;
    readonly keepsKeyOrder: boolean;
    /** Accepts and returns BSON-only types as relaxed Extended JSON v2. */
    readonly extendedJson: boolean;
  };
  readonly filter: Readonly<Record<LeafKind, Support>>;
  readonly sort: Support;
  readonly update: Readonly<Record<UpdateOperator | 'pipeline', Support>>;
  readonly aggregation: Readonly<Record<StageKind, Support>>;
  readonly indexes: Readonly<
    Record<
      'single' | 'compound' | 'unique' | 'sparse' | 'partial' | 'ttl' | 'text' | '2dsphere' | 'hashed',
      Support
    >
  >;
  readonly collections: { readonly rename: Support; readonly capped: Support };
  /** `batch`: inserts and removals by id, atomic but not isolated. */
  readonly transactions: 'full' | 'single-shard' | 'batch' | 'none';
  readonly changeFeed: Support;
  /** The language of raw queries. */
  readonly raw: RawLanguage | 'none';
  /** Whether concurrent calls of one tick are worth joining into one statement. */
  readonly batching: { readonly reads: boolean; readonly writes: boolean };
}
