import type { Filter } from '../query/filter.ts';
import type { Path } from '../query/path.ts';
import type { JsonObject } from '../value/value.ts';

export type IndexKind = 1 | -1 | 'text' | '2dsphere' | 'hashed';

/** An index as the API defines it. */
export interface IndexDefinition {
  /** Given, or made from the keys as MongoDB does: `city_1_age_-1`. */
  readonly name: string;
  readonly keys: readonly { readonly path: Path; readonly kind: IndexKind }[];
  readonly unique: boolean;
  readonly sparse: boolean;
  /** TTL: documents go this long after the RFC 3339 date (or BSON date) in the only key field. */
  readonly expireAfterSeconds: number | undefined;
  readonly partialFilter: { readonly filter: Filter; readonly source: JsonObject } | undefined;
}
