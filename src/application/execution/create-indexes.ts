import type { Capabilities } from '../../domain/capabilities.ts';
import type { IndexDefinition } from '../../domain/document/index-definition.ts';
import { ServiceError, unsupportedOperation } from '../../domain/errors.ts';
import type { Call } from '../ports/call.ts';
import type { DatabaseAdapter } from '../ports/database-adapter.ts';

/**
 * Creates indexes one after another. Of several, none is made when the database cannot make one of them; what fails
 * later says which exist by then (`created_indexes`).
 */
export async function createIndexes<N>(
  { type, capabilities, schema }: DatabaseAdapter<N>,
  collection: string,
  indexes: readonly IndexDefinition[],
  call: Call,
): Promise<void> {
  const [first, ...others] = indexes;
  if (first !== undefined && others.length === 0) return schema.createIndex(collection, first, call);
  for (const index of indexes) {
    const missing = featuresOf(index).find((feature) => capabilities.indexes[feature] === 'unsupported');
    if (missing !== undefined)
      throw notCreated(
        unsupportedOperation(type, `indexes.${missing}`, `${type} has no ${missing} indexes`),
        index,
        [],
      );
  }
  const created: string[] = [];
  for (const index of indexes) {
    await schema.createIndex(collection, index, call).catch((error: unknown) => {
      throw error instanceof ServiceError ? notCreated(error, index, created) : error;
    });
    created.push(index.name);
  }
}

function notCreated(
  { code, message, details, cause }: ServiceError,
  { name }: IndexDefinition,
  created: readonly string[],
): ServiceError {
  const done = { failed_index: name, created_indexes: [...created] };
  return new ServiceError(code, message, { ...details, ...done }, cause);
}

function featuresOf(index: IndexDefinition): readonly (keyof Capabilities['indexes'])[] {
  const kinds = index.keys.map(({ kind }) => kind).filter((kind) => typeof kind === 'string');
  return [
    ...kinds,
    ...(index.keys.length > 1 ? (['compound'] as const) : []),
    ...(index.unique ? (['unique'] as const) : []),
    ...(index.sparse ? (['sparse'] as const) : []),
    ...(index.partialFilter !== undefined ? (['partial'] as const) : []),
    ...(index.expireAfterSeconds !== undefined ? (['ttl'] as const) : []),
  ];
}
