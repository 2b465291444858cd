import type { Json, Value, ValueObject } from '../value/value.ts';
import type { AccumulatorOperator, WindowOperator } from './accumulator-operator.ts';
import type { Expression } from './expression.ts';
import type { Filter } from './filter.ts';
import type { Path } from './path.ts';
import type { Projection } from './projection.ts';
import type { Sort } from './sort.ts';

/** A pipeline stage after parsing: plain data, plus `source`, the stage as the caller wrote it and we validated it. */
export type Stage = StageBody & { readonly source: Json };
export type Pipeline = readonly Stage[];
export type StageKind = StageBody['kind'];
/** The stages that an update pipeline may hold. */
export type UpdateStage = Extract<Stage, { kind: 'set' | 'unset' | 'replaceWith' | 'project' }>;

export type StageBody =
  | { readonly kind: 'match'; readonly filter: Filter }
  | { readonly kind: 'sort'; readonly sort: Sort }
  | { readonly kind: 'skip'; readonly count: number }
  | { readonly kind: 'limit'; readonly count: number }
  | { readonly kind: 'count'; readonly field: string }
  | { readonly kind: 'project'; readonly projection: Projection }
  | {
      readonly kind: 'set';
      readonly fields: readonly { readonly path: Path; readonly expression: Expression }[];
    }
  | { readonly kind: 'unset'; readonly paths: readonly Path[] }
  | { readonly kind: 'replaceWith'; readonly expression: Expression }
  | { readonly kind: 'group'; readonly id: Expression; readonly fields: readonly AccumulatorField[] }
  | {
      readonly kind: 'unwind';
      readonly path: Path;
      readonly includeArrayIndex: string | undefined;
      readonly preserveNullAndEmptyArrays: boolean;
    }
  | { readonly kind: 'sortByCount'; readonly expression: Expression }
  | {
      readonly kind: 'bucket';
      readonly groupBy: Expression;
      readonly boundaries: readonly Value[];
      readonly default: Value | undefined;
      readonly output: readonly AccumulatorField[];
    }
  | {
      readonly kind: 'bucketAuto';
      readonly groupBy: Expression;
      readonly buckets: number;
      readonly granularity: string | undefined;
      readonly output: readonly AccumulatorField[];
    }
  | { readonly kind: 'facet'; readonly facets: readonly (readonly [string, Pipeline])[] }
  | {
      readonly kind: 'lookup';
      readonly from: string | undefined;
      readonly as: Path;
      readonly localField: Path | undefined;
      readonly foreignField: Path | undefined;
      readonly let: readonly (readonly [string, Expression])[];
      readonly pipeline: Pipeline | undefined;
    }
  | {
      readonly kind: 'graphLookup';
      readonly from: string;
      readonly startWith: Expression;
      readonly connectFromField: Path;
      readonly connectToField: Path;
      readonly as: Path;
      readonly maxDepth: number | undefined;
      readonly depthField: Path | undefined;
      readonly restrict: Filter | undefined;
    }
  | { readonly kind: 'unionWith'; readonly collection: string | undefined; readonly pipeline: Pipeline }
  | { readonly kind: 'documents'; readonly documents: Expression }
  | { readonly kind: 'sample'; readonly size: number }
  | { readonly kind: 'redact'; readonly expression: Expression }
  | {
      readonly kind: 'setWindowFields';
      readonly partitionBy: Expression | undefined;
      readonly sort: Sort;
      readonly output: readonly WindowField[];
    }
  | {
      readonly kind: 'densify';
      readonly field: Path;
      readonly partitionBy: readonly Path[];
      readonly step: number;
      readonly unit: string | undefined;
      readonly bounds: 'full' | 'partition' | readonly [Value, Value];
    }
  | {
      readonly kind: 'fill';
      readonly partitionBy: Expression | undefined;
      readonly sort: Sort;
      readonly output: readonly {
        readonly path: Path;
        readonly method: 'linear' | 'locf' | { readonly value: Expression };
      }[];
    }
  /** Only where the database and the configuration allow it; `source` says the rest. */
  | { readonly kind: 'geoNear' | 'search' | 'out' | 'merge' };

export interface AccumulatorField {
  readonly name: string;
  readonly accumulator: AccumulatorOperator;
  /** The single argument of `$sum: <expression>` stands under the name `input`. */
  readonly args: Readonly<Record<string, Expression>>;
  /** `$top`, `$bottomN`…: the order within the group. */
  readonly sortBy: Sort | undefined;
}

export interface WindowField {
  readonly path: Path;
  readonly operator: WindowOperator;
  readonly args: Readonly<Record<string, Expression>>;
  readonly sortBy: Sort | undefined;
  readonly unit: string | undefined;
  readonly window:
    | {
        readonly kind: 'documents' | 'range';
        readonly bounds: readonly [WindowBound, WindowBound];
        readonly unit: string | undefined;
      }
    | undefined;
}
export type WindowBound = number | 'current' | 'unbounded';

/** A document on its way through a pipeline. */
export type PipelineDocument = ValueObject;
