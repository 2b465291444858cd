import type { BsonDocument } from './mongodb-values.ts';

/** The parts of a MongoDB command that the planner passes from the dialect to the adapter. */
export type MongodbNative =
  | { readonly kind: 'filter'; readonly filter: BsonDocument }
  | { readonly kind: 'sort'; readonly sort: NativeOrder }
  | { readonly kind: 'pipeline'; readonly stages: readonly BsonDocument[] };

/** Path and direction; in a map, because an object would reorder names that are numbers. */
export type NativeOrder = ReadonlyMap<string, 1 | -1>;

/** The filter of a fragment; `{}` when there is none. */
export function filterOf(native: MongodbNative | undefined): BsonDocument {
  if (native === undefined) return {};
  if (native.kind === 'filter') return native.filter;
  throw new TypeError(`a ${native.kind} is no filter`);
}

export function sortOf(native: MongodbNative | undefined): NativeOrder | undefined {
  if (native === undefined || native.kind === 'sort') return native?.sort;
  throw new TypeError(`a ${native.kind} is no sort`);
}

export function stagesOf(native: MongodbNative): readonly BsonDocument[] {
  if (native.kind === 'pipeline') return native.stages;
  throw new TypeError(`a ${native.kind} is no pipeline`);
}
