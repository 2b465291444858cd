import type { IndexDefinition } from '../../domain/document/index-definition.ts';
import type { Leaf } from '../../domain/query/filter.ts';
import type { Sort } from '../../domain/query/sort.ts';
import type { Stage } from '../../domain/query/stage.ts';
import type { Json, Value } from '../../domain/value/value.ts';

/**
 * How a database writes parts of a query in its own language; pure, called by the planner. Every fragment is
 * two-valued: a missing field makes it false, never SQL's NULL, so that `not` may negate it.
 */
export interface Dialect<N> {
  /**
   * How many leaves of a filter one statement may hold; the planner leaves the rest to the service. Undefined: as many
   * as a filter can have.
   */
  readonly maxConditions?: number;
  /** Undefined: this leaf cannot be pushed down at all. */
  leaf(leaf: Leaf, context: PlanContext): Pushed<N> | undefined;
  and(parts: readonly N[]): N;
  or(parts: readonly N[]): N;
  not(part: N): N;
  /** Only when the native order equals the domain's on every value that the collection may hold. */
  sort(sort: Sort, context: PlanContext): NativeSort<N> | undefined;
  /**
   * The order in which the database reads a collection anyway, when it is stable but is not the order of `_id`
   * (Cassandra's tokens): used where the caller asked for no order. Its `after` takes a key of the `_id` alone.
   */
  readonly naturalOrder?: (context: PlanContext) => NativeSort<N>;
  /** As many leading stages as run natively with exactly the domain's result; undefined: none. */
  readonly pipeline?: (stages: readonly Stage[], context: PlanContext) => NativePipeline<N> | undefined;
  /** The native text with placeholders, for `explain`: never a value of the caller. */
  explain(fragment: N): Json;
}

/** `exact: false` is a superset: it may let through documents for which the leaf does not hold, and drops none. */
export interface Pushed<N> {
  readonly native: N;
  readonly exact: boolean;
  /** The index that answers it, when the dialect knows one. */
  readonly index?: string;
}

export interface NativeSort<N> {
  readonly native: N;
  readonly index?: string;
  /**
   * The condition "comes after `key` in this order", exact; `key` has one value per sort field (undefined: missing),
   * as `sortKey` of domain/evaluation makes it. Undefined: the service skips the rows itself.
   */
  after(key: readonly (Value | undefined)[]): N | undefined;
}

export interface NativePipeline<N> {
  readonly native: N;
  /** How many of the leading stages `native` covers, ≥ 1. */
  readonly stages: number;
  readonly index?: string;
}

/** What a plan may depend on besides the query. */
export interface PlanContext {
  readonly collection: string;
  readonly indexes: readonly IndexDefinition[];
}
