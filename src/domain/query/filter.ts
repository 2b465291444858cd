import type { Json, Value } from '../value/value.ts';
import type { Collation } from './collation.ts';
import type { Expression } from './expression.ts';
import type { Path } from './path.ts';

/**
 * A filter after normalising: `$ne` is not(eq), `$nin` is not(in), `$nor` is not(or), `$all` is an and of its members,
 * `$exists: false` is not(exists), implicit conjunctions are explicit. Nodes are plain data (they can be cloned between
 * threads). A leaf's meaning is MongoDB's, arrays included: it holds when any value reached by the path satisfies it.
 */
export type Filter =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'and'; readonly of: readonly Filter[] }
  | { readonly kind: 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  /** Strings compare by the collation. Stands only around a whole filter, and is evaluated by the service. */
  | { readonly kind: 'collated'; readonly collation: Collation; readonly of: Filter }
  | Leaf;

export type Leaf =
  | CompareLeaf
  | InLeaf
  | ExistsLeaf
  | TypeLeaf
  | RegexLeaf
  | SizeLeaf
  | ModLeaf
  | BitsLeaf
  | ElemMatchLeaf
  | ExprLeaf
  | JsonSchemaLeaf
  | TextLeaf
  | GeoLeaf;

export type LeafKind = Leaf['kind'];
export type CompareOperator = 'eq' | 'gt' | 'gte' | 'lt' | 'lte';

export interface CompareLeaf {
  readonly kind: 'compare';
  readonly path: Path;
  readonly op: CompareOperator;
  /** `eq null` also holds for a missing field. A regular expression only from an explicit `$eq`: it equals itself, as a value. */
  readonly value: Value;
}
export interface InLeaf {
  readonly kind: 'in';
  readonly path: Path;
  readonly values: readonly Value[];
  readonly patterns: readonly Pattern[];
}
export interface ExistsLeaf {
  readonly kind: 'exists';
  readonly path: Path;
}
export interface TypeLeaf {
  readonly kind: 'type';
  readonly path: Path;
  readonly types: readonly TypeName[];
}
export interface RegexLeaf extends Pattern {
  readonly kind: 'regex';
  readonly path: Path;
}
export interface SizeLeaf {
  readonly kind: 'size';
  readonly path: Path;
  readonly size: number;
}
export interface ModLeaf {
  readonly kind: 'mod';
  readonly path: Path;
  readonly divisor: number;
  readonly remainder: number;
}
export interface BitsLeaf {
  readonly kind: 'bits';
  readonly path: Path;
  readonly test: 'allSet' | 'allClear' | 'anySet' | 'anyClear';
  /** Positions from the least significant bit, ascending, without duplicates. */
  readonly positions: readonly number[];
}
/**
 * An array at `path` with at least one element for which `of` holds. `element: 'value'` (from `{$gt: 1}`): every leaf
 * of `of` has the empty path and looks at the element itself, without expanding a nested array. `element: 'document'`
 * (from `{sku: 'x'}`): only objects and arrays count, and the paths start at the element.
 */
export interface ElemMatchLeaf {
  readonly kind: 'elemMatch';
  readonly path: Path;
  readonly element: 'value' | 'document';
  readonly of: Filter;
}
export interface ExprLeaf {
  readonly kind: 'expr';
  readonly expression: Expression;
  /** As the caller wrote it, validated: MongoDB runs this. */
  readonly source: Json;
}
export interface JsonSchemaLeaf {
  readonly kind: 'jsonSchema';
  readonly schema: JsonSchema;
  readonly source: Json;
}
export interface TextLeaf {
  readonly kind: 'text';
  readonly search: string;
  readonly source: Json;
}
export interface GeoLeaf {
  readonly kind: 'geo';
  readonly path: Path;
  readonly operator: '$geoWithin' | '$geoIntersects' | '$near' | '$nearSphere';
  readonly source: Json;
}

export interface Pattern {
  readonly pattern: string;
  /** Of `i m s x u`, sorted, without duplicates. */
  readonly flags: string;
}

/** MongoDB's type names; `number` stands for int, long, double and decimal. */
export type TypeName =
  | 'double'
  | 'string'
  | 'object'
  | 'array'
  | 'binData'
  | 'undefined'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'null'
  | 'regex'
  | 'dbPointer'
  | 'javascript'
  | 'javascriptWithScope'
  | 'symbol'
  | 'int'
  | 'timestamp'
  | 'long'
  | 'decimal'
  | 'minKey'
  | 'maxKey'
  | 'number';

/** MongoDB's $jsonSchema (draft 4 with bsonType), parsed. The filter parser owns its fields. */
export type { JsonSchema } from './json-schema.ts';

import type { JsonSchema } from './json-schema.ts';
