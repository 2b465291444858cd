import type { AnyBulkWriteOperation } from 'mongodb';
import type { Change } from '../../../domain/document/modification.ts';
import { commandOptions, run } from './mongodb-call.ts';
import { type ChangePlan, planChange } from './mongodb-change-plan.ts';
import { allOf } from './mongodb-filter.ts';
import type { ModifyTarget } from './mongodb-statements.ts';
import type { BsonDocument } from './mongodb-values.ts';

export interface ManyResult {
  readonly matched: number;
  readonly modified: number;
}

/**
 * Changes all that match in one round trip; undefined where the server cannot tell what a change would leave as it is.
 *
 * Three statements: one that changes nothing counts what matches; one changes what is ours; one gives documents of
 * other programs, which read as version 1, their first version. Each changes only what differs, so the latter two
 * match just what they modify.
 */
export async function modifyManyNatively(
  { collection, session, call }: ModifyTarget,
  where: BsonDocument,
  change: Change,
): Promise<ManyResult | undefined> {
  const name = collection.collectionName;
  if (change.kind === 'remove') {
    const { deletedCount } = await run(call, name, () =>
      collection.deleteMany(where, commandOptions(call, session)),
    );
    return { matched: deletedCount, modified: deletedCount };
  }
  const plan = planChange(change);
  if (plan.changes === 'unknown') return undefined;
  const writes = statements(where, plan, plan.changes === 'always' ? {} : plan.changes, new Date());
  const result = await run(call, name, () =>
    collection.bulkWrite(writes, { ...commandOptions(call, session), ordered: true }),
  );
  return { matched: result.matchedCount - result.modifiedCount, modified: result.modifiedCount };
}

function statements(
  where: BsonDocument,
  plan: ChangePlan,
  changes: BsonDocument,
  now: Date,
): AnyBulkWriteOperation<BsonDocument>[] {
  const count = { updateMany: { filter: where, update: { $setOnInsert: { _version: 1 } } } };
  const arrayFilters = plan.arrayFilters.length > 0 ? { arrayFilters: [...plan.arrayFilters] } : {};
  const change = (ours: boolean): AnyBulkWriteOperation<BsonDocument>[] => {
    const version = { _version: ours ? { $gte: 1 } : { $not: { $gte: 1 } } };
    const versioning = ours
      ? ({ kind: 'next' } as const)
      : ({ kind: 'bound', current: {}, version: 1 } as const);
    const update = plan.update(versioning, now);
    if (update === undefined) return [];
    return [{ updateMany: { filter: allOf([where, version, changes]), update, ...arrayFilters } }];
  };
  // Ours first: what is no longer without a version must not be changed twice.
  return [count, ...change(true), ...change(false)];
}
