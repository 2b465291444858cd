import type { IndexDescription, IndexSpecification } from 'mongodb';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import type { IndexDefinition, IndexKind } from '../../../domain/document/index-definition.ts';
import { unsupportedOperation } from '../../../domain/errors.ts';
import { pathToString } from '../../../domain/query/path.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { renderFilter } from './mongodb-filter.ts';
import { type BsonDocument, isBsonDocument, toRelaxedJson } from './mongodb-values.ts';

type Description = Omit<IndexDescription, 'key' | 'collation' | 'version'> & {
  readonly key: Map<string, IndexKind>;
};

/** An index as MongoDB is told of it. */
export function toIndexDescription(index: IndexDefinition): Description {
  const { name, keys, unique, sparse, expireAfterSeconds, partialFilter } = index;
  const partial = partialFilter && renderFilter(partialFilter.filter);
  if (partialFilter !== undefined && partial === undefined)
    throw unsupportedOperation('mongodb', 'indexes.partial', 'this filter has no native form');
  return {
    key: new Map(keys.map(({ path, kind }) => [pathToString(path), kind])),
    name,
    ...(unique && { unique }),
    ...(sparse && { sparse }),
    ...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
    ...(partial !== undefined && { partialFilterExpression: partial }),
  };
}

/** An index as MongoDB lists it. */
export function fromIndexDescription(
  stored: IndexDescription & { readonly weights?: unknown },
): IndexDefinition {
  const { name = '', unique, sparse, expireAfterSeconds, partialFilterExpression } = stored;
  const source = isBsonDocument(partialFilterExpression)
    ? (toRelaxedJson(partialFilterExpression) as JsonObject)
    : undefined;
  return {
    name,
    keys: keysOf(stored.key, stored.weights),
    unique: unique === true,
    sparse: sparse === true,
    expireAfterSeconds: typeof expireAfterSeconds === 'number' ? expireAfterSeconds : undefined,
    partialFilter: source && { source, filter: parseFilter(source, asStored) },
  };
}

const asStored = { path: 'partial_filter', shortNames: false, extendedJson: true } as const;

/** A text index lists its fields as weights, in the place of the key `_fts`. */
function keysOf(key: IndexSpecification, weights: unknown): IndexDefinition['keys'] {
  const entries = key instanceof Map ? [...key] : Object.entries(key as BsonDocument);
  return entries.flatMap(([name, kind]) => {
    if (name === '_fts' && isBsonDocument(weights))
      return Object.keys(weights).map((field) => keyOf(field, 'text'));
    return name === '_ftsx' ? [] : [keyOf(name, kind)];
  });
}

function keyOf(name: string, kind: unknown): IndexDefinition['keys'][number] {
  const path = name.split('.');
  if (kind === 'text' || kind === '2dsphere' || kind === 'hashed') return { path, kind };
  return { path, kind: Number(kind) < 0 ? -1 : 1 };
}
