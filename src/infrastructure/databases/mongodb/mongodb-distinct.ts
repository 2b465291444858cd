import { MongoServerError } from 'mongodb';
import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import type { Value } from '../../../domain/value/value.ts';
import { commandOptions, run } from './mongodb-call.ts';
import { idToText } from './mongodb-ids.ts';
import type { ModifyTarget } from './mongodb-statements.ts';
import { type BsonDocument, toValue } from './mongodb-values.ts';

/** The answer of `distinct` must fit into one document of 16 MiB. */
const tooBig: ReadonlySet<unknown> = new Set([17217, 10334]);

/** Distinct values in ascending order; by an aggregation where there are too many for the command. */
export async function distinctNatively(
  target: ModifyTarget,
  path: readonly string[],
  filter: BsonDocument,
): Promise<readonly Value[] | undefined> {
  const { collection, session, call } = target;
  const isId = path.length === 1 && path[0] === '_id';
  const isDate = path.length === 1 && (path[0] === '_created_at' || path[0] === '_updated_at');
  const found = await run(call, collection.collectionName, async () => {
    try {
      return (await collection.distinct(path.join('.'), filter, commandOptions(call, session))) as unknown[];
    } catch (error) {
      if (error instanceof MongoServerError && tooBig.has(error.code))
        return distinctByPipeline(target, path, filter);
      throw error;
    }
  });
  return found
    ?.map((value) =>
      isId ? idToText(value) : isDate && value instanceof Date ? value.toISOString() : toValue(value),
    )
    .sort(compareValues);
}

/** Every array on the way is unwound, as `distinct` does. Undefined: positions in arrays, which `$unwind` lacks. */
async function distinctByPipeline(
  { collection, session, call }: ModifyTarget,
  path: readonly string[],
  filter: BsonDocument,
): Promise<unknown[] | undefined> {
  if (path.some((segment) => /^\d+$/.test(segment))) return undefined;
  const unwinds = path.map((_, index) => ({
    $unwind: { path: `$${path.slice(0, index + 1).join('.')}`, preserveNullAndEmptyArrays: true },
  }));
  const field = path.join('.');
  const stages = [
    { $match: filter },
    ...unwinds,
    { $match: { [field]: { $exists: true } } },
    { $group: { _id: `$${field}` } },
  ];
  const options = { ...commandOptions(call, session), signal: call.signal, allowDiskUse: true };
  const values: unknown[] = [];
  for await (const { _id } of collection.aggregate<{ _id: unknown }>(stages, options)) values.push(_id);
  return values;
}
