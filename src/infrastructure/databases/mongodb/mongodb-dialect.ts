import type { Dialect } from '../../../application/ports/dialect.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import { type Path, pathToString } from '../../../domain/query/path.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import { explainNative } from './mongodb-explain.ts';
import { allOf, anyOf, documentPlace, negate, renderLeaf } from './mongodb-filter.ts';
import { afterKey } from './mongodb-keyset.ts';
import { filterOf, type MongodbNative, type NativeOrder } from './mongodb-native.ts';
import { renderPipeline } from './mongodb-pipeline.ts';
import type { BsonDocument } from './mongodb-values.ts';

/** MongoDB's semantics are the standard: whatever has a native form is exact, and pipelines run in whole. */
export const mongodbDialect: Dialect<MongodbNative> = {
  leaf(leaf, context) {
    const filter = renderLeaf(leaf, documentPlace);
    return (
      filter && { native: filterNative(filter), exact: true, ...indexName(leafPath(leaf), context.indexes) }
    );
  },
  and: (parts) => filterNative(allOf(parts.map(filterOf))),
  or: (parts) => filterNative(anyOf(parts.map(filterOf))),
  not: (part) => filterNative(negate(filterOf(part))),
  sort(sort, context) {
    return {
      native: { kind: 'sort', sort: sortDocument(sort) },
      ...indexName(sort[0]?.path, context.indexes),
      after(key) {
        const filter = afterKey(sort, key);
        return filter && filterNative(filter);
      },
    };
  },
  pipeline(stages) {
    const native = renderPipeline(stages);
    return native && { native: { kind: 'pipeline', stages: native }, stages: stages.length };
  },
  explain: explainNative,
};

function filterNative(filter: BsonDocument): MongodbNative {
  return { kind: 'filter', filter };
}

function sortDocument(sort: Sort): NativeOrder {
  return new Map(sort.map(({ path, direction }) => [pathToString(path), direction]));
}

/** The field that a leaf asks about, where an index on it could answer. */
function leafPath(leaf: Leaf): Path | undefined {
  switch (leaf.kind) {
    case 'compare':
    case 'in':
    case 'regex':
    case 'elemMatch':
    case 'geo':
      return leaf.path;
    default:
      return undefined;
  }
}

function indexName(path: Path | undefined, indexes: readonly IndexDefinition[]): { readonly index?: string } {
  if (path === undefined) return {};
  const name = pathToString(path);
  if (name === '_id') return { index: '_id_' };
  const index = indexes.find(
    ({ keys: [first], partialFilter }) =>
      partialFilter === undefined && first !== undefined && pathToString(first.path) === name,
  );
  return index === undefined ? {} : { index: index.name };
}
