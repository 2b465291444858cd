import type { ClientSession, Collection } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import { commandOptions, run } from './mongodb-call.ts';
import type { ChangePlan } from './mongodb-change-plan.ts';
import type { BsonDocument } from './mongodb-values.ts';

/** Where statements run. */
export interface ModifyTarget {
  readonly collection: Collection<BsonDocument>;
  readonly session: ClientSession | undefined;
  readonly call: Call;
}

export async function findStored(
  { collection, session, call }: ModifyTarget,
  filter: BsonDocument,
): Promise<BsonDocument | undefined> {
  const options = { ...commandOptions(call, session), ...fromPrimary, sort: oneOfTwins, signal: call.signal };
  return (await run(call, collection.collectionName, () => collection.findOne(filter, options))) ?? undefined;
}

export async function updateStored(
  { collection, session, call }: ModifyTarget,
  filter: BsonDocument,
  update: BsonDocument | BsonDocument[],
  plan: ChangePlan,
  returnDocument: 'before' | 'after',
): Promise<BsonDocument | undefined> {
  const options = {
    ...commandOptions(call, session),
    sort: oneOfTwins,
    returnDocument,
    ...(plan.arrayFilters.length > 0 && { arrayFilters: [...plan.arrayFilters] }),
  };
  return (
    (await run(call, collection.collectionName, () =>
      collection.findOneAndUpdate(filter, update, options),
    )) ?? undefined
  );
}

export async function removeStored(
  { collection, session, call }: ModifyTarget,
  filter: BsonDocument,
): Promise<BsonDocument | undefined> {
  const options = { ...commandOptions(call, session), sort: oneOfTwins };
  return (
    (await run(call, collection.collectionName, () => collection.findOneAndDelete(filter, options))) ??
    undefined
  );
}

/** Where two stored ids read as the same text, the string is meant. */
const oneOfTwins = { _id: 1 } as const;
/** What a change is based on is never read from a secondary. */
const fromPrimary = { readPreference: 'primary' } as const;
