import type { Expression } from './expression.ts';
import type { ElemMatchLeaf } from './filter.ts';
import type { Path } from './path.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/project/ and find's projection operators. */
export interface Projection {
  /** `include`: only these fields (and `_id` unless excluded); `exclude`: all but these. */
  readonly mode: 'include' | 'exclude';
  /** What happens to `_id`, whatever the mode. */
  readonly id: 'include' | 'exclude';
  readonly fields: readonly ProjectionField[];
}

export type ProjectionField =
  | { readonly kind: 'include'; readonly path: Path }
  | { readonly kind: 'exclude'; readonly path: Path }
  | { readonly kind: 'compute'; readonly path: Path; readonly expression: Expression }
  | { readonly kind: 'slice'; readonly path: Path; readonly skip: number | undefined; readonly limit: number }
  | { readonly kind: 'elemMatch'; readonly path: Path; readonly condition: ElemMatchLeaf }
  | { readonly kind: 'positional'; readonly path: Path };
