import type { Json, JsonObject, Value } from '../value/value.ts';
import type { Filter } from './filter.ts';
import type { Sort } from './sort.ts';
import type { UpdateStage } from './stage.ts';

/** An update after parsing. Plain data; it names no system field. */
export type Update =
  | {
      readonly kind: 'operators';
      /** In the order of their paths; no path is another's or part of it. */
      readonly operations: readonly UpdateOperation[];
      /** `$[name]` → the filter on the element. Its paths start with the name: it is asked of `{[name]: element}`. */
      readonly arrayFilters: Readonly<Record<string, Filter>>;
      readonly source: UpdateSource;
    }
  | { readonly kind: 'pipeline'; readonly stages: readonly UpdateStage[] };

/** The update as the caller wrote it, validated and in operator form (`{$set: {…}}`): MongoDB runs this. */
export interface UpdateSource {
  readonly update: Readonly<Record<string, JsonObject>>;
  readonly arrayFilters: readonly Json[];
}

/** What each operator takes besides its path. */
export interface UpdateArguments {
  readonly $set: { readonly value: Value };
  readonly $setOnInsert: { readonly value: Value };
  readonly $min: { readonly value: Value };
  readonly $max: { readonly value: Value };
  /** A number, plain or typed. */
  readonly $inc: { readonly value: Value };
  readonly $mul: { readonly value: Value };
  readonly $unset: object;
  readonly $rename: { readonly to: UpdatePath };
  readonly $currentDate: { readonly type: 'date' | 'timestamp' };
  readonly $push: {
    readonly values: readonly Value[];
    readonly position: number | undefined;
    readonly slice: number | undefined;
    /** By element (a direction) or by the elements' fields. */
    readonly sort: 1 | -1 | Sort | undefined;
  };
  readonly $addToSet: { readonly values: readonly Value[] };
  readonly $pullAll: { readonly values: readonly Value[] };
  readonly $pop: { readonly end: 'first' | 'last' };
  readonly $pull: { readonly condition: PullCondition };
  readonly $bit: { readonly operations: readonly BitOperation[] };
}

export interface BitOperation {
  readonly operator: 'and' | 'or' | 'xor';
  readonly mask: number;
}

/**
 * Which elements `$pull` removes. `element: 'document'` asks objects only, and the filter's paths start at the element;
 * `'value'` asks every element, as the field with the empty name: the filter is asked of `{'': element}`.
 */
export type PullCondition =
  | { readonly kind: 'equals'; readonly value: Value }
  | { readonly kind: 'matches'; readonly element: 'value' | 'document'; readonly of: Filter };

/** One operator on one path. */
export type UpdateOperationOf<K extends UpdateOperator> = {
  readonly op: K;
  readonly path: UpdatePath;
} & UpdateArguments[K];
export type UpdateOperation = { [K in UpdateOperator]: UpdateOperationOf<K> }[UpdateOperator];
export type UpdateOperator = keyof UpdateArguments;

/** The segments `$`, `$[]` and `$[name]` are positional; the first segment is none. */
export type UpdatePath = readonly string[];

const everyOperator: Readonly<Record<UpdateOperator, true>> = {
  $set: true,
  $setOnInsert: true,
  $unset: true,
  $inc: true,
  $mul: true,
  $min: true,
  $max: true,
  $rename: true,
  $currentDate: true,
  $push: true,
  $addToSet: true,
  $pop: true,
  $pull: true,
  $pullAll: true,
  $bit: true,
};

export const updateOperators = Object.keys(everyOperator) as readonly UpdateOperator[];

export function isUpdateOperator(name: string): name is UpdateOperator {
  return Object.hasOwn(everyOperator, name);
}
