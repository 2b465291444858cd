import type { Value } from '../value/value.ts';
import type { Filter } from './filter.ts';
import type { Sort } from './sort.ts';
import type { UpdateStage } from './stage.ts';

/** An update after parsing. Plain data; it names no system field. */
export type Update =
  | {
      readonly kind: 'operators';
      readonly operations: readonly UpdateOperation[];
      /** `$[name]` → the filter on the element; leaves with the empty path look at the element itself. */
      readonly arrayFilters: Readonly<Record<string, Filter>>;
    }
  | { readonly kind: 'pipeline'; readonly stages: readonly UpdateStage[] };

/** One operator on one path. The segments `$`, `$[]` and `$[name]` are positional. */
export type UpdateOperation =
  | {
      readonly op: '$set' | '$setOnInsert' | '$min' | '$max';
      readonly path: UpdatePath;
      readonly value: Value;
    }
  | { readonly op: '$inc' | '$mul'; readonly path: UpdatePath; readonly value: Value }
  | { readonly op: '$unset'; readonly path: UpdatePath }
  | { readonly op: '$rename'; readonly path: UpdatePath; readonly to: UpdatePath }
  | { readonly op: '$currentDate'; readonly path: UpdatePath; readonly type: 'date' | 'timestamp' }
  | {
      readonly op: '$push';
      readonly path: UpdatePath;
      readonly values: readonly Value[];
      readonly position: number | undefined;
      readonly slice: number | undefined;
      /** By element (a direction) or by the elements' fields. */
      readonly sort: 1 | -1 | Sort | undefined;
    }
  | { readonly op: '$addToSet' | '$pullAll'; readonly path: UpdatePath; readonly values: readonly Value[] }
  | { readonly op: '$pop'; readonly path: UpdatePath; readonly end: 'first' | 'last' }
  /** Removes each element for which `condition` holds; `element` as in ElemMatchLeaf, or equality with a value. */
  | { readonly op: '$pull'; readonly path: UpdatePath; readonly condition: PullCondition }
  | {
      readonly op: '$bit';
      readonly path: UpdatePath;
      readonly operations: readonly { readonly operator: 'and' | 'or' | 'xor'; readonly mask: number }[];
    };

export type PullCondition =
  | { readonly kind: 'equals'; readonly value: Value }
  | { readonly kind: 'matches'; readonly element: 'value' | 'document'; readonly of: Filter };

export type UpdatePath = readonly string[];
export type UpdateOperator = UpdateOperation['op'];
