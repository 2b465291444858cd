import type { DocumentId } from '../../domain/document/document.ts';
import { parseDocumentId } from '../../domain/document/document-id.ts';
import type { Change, Modification, ModifyOutcome } from '../../domain/document/modification.ts';
import { ServiceError } from '../../domain/errors.ts';
import { upsertSeed } from '../../domain/evaluation/updates/upsert-seed.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { JsonObject } from '../../domain/value/value.ts';
import { pinnedId } from '../planning/pinned-id.ts';
import type { Call } from '../ports/call.ts';
import type { UpsertResult } from '../ports/document-repository.ts';
import type { Execution } from './execution.ts';
import { modifyMany } from './modify-many.ts';
import { pause } from './pause.ts';

/**
 * Changes one document that matches, else inserts one made of the filter's equalities and the change. With an `id` in
 * the filter this is one atomic step. Without, a document that another request inserts between the look and the insert
 * is not seen, as in MongoDB: only a unique index prevents the duplicate, and then this one tries again as an update.
 */
export async function upsertDocument<N>(
  execution: Execution<N>,
  collection: string,
  filter: Filter,
  change: Change,
  call: Call,
): Promise<UpsertResult> {
  const id = pinnedId(filter);
  for (let attempt = 0; ; attempt += 1) {
    if (id === undefined) {
      const found = await modifyMany(execution, collection, filter, change, 1, call);
      if (found.matched > 0 && found.firstId !== undefined) {
        return { id: found.firstId, operation: 'updated', modified: found.modified > 0 };
      }
    }
    const seed = upsertSeed(filter);
    const target = newId(seed, execution);
    const outcome = await insertOrChange(
      execution,
      collection,
      { id: target, seed, where: filter },
      change,
      call,
    );
    const result = upsertResult(target, outcome);
    if (result !== undefined) return result;
    if (attempt >= execution.options.maxRetries) throw conflict(collection, target, outcome);
    await pause(attempt, call);
  }
}

/** The id that the filter pins, else a new one; VALIDATION_ERROR for one that no document can have. */
function newId<N>(seed: JsonObject, execution: Execution<N>): DocumentId {
  return seed._id === undefined ? execution.options.newId() : parseDocumentId(seed._id, 'filter.id');
}

async function insertOrChange<N>(
  execution: Execution<N>,
  collection: string,
  upsert: { readonly id: DocumentId; readonly seed: JsonObject; readonly where: Filter },
  change: Change,
  call: Call,
): Promise<ModifyOutcome | undefined> {
  const { id, seed, where } = upsert;
  const modification: Modification = { id, change, where, expectedVersion: undefined, insert: { seed } };
  const [outcome] = await execution.operations.modify(collection, [modification], call, { ordered: true });
  return outcome;
}

/** Undefined: another document has the id or the unique key; the caller looks again. */
function upsertResult(id: string, outcome: ModifyOutcome | undefined): UpsertResult | undefined {
  switch (outcome?.status) {
    case 'inserted':
      return { id, operation: 'created', modified: true };
    case 'modified':
    case 'removed':
      return { id, operation: 'updated', modified: true };
    case 'unchanged':
      return { id, operation: 'updated', modified: false };
    case 'failed':
      if (outcome.error.code !== 'DUPLICATE_KEY') throw outcome.error;
      return undefined;
    default:
      return undefined;
  }
}

function conflict(collection: string, id: string, outcome: ModifyOutcome | undefined): ServiceError {
  if (outcome?.status === 'failed') return outcome.error;
  return new ServiceError('DUPLICATE_KEY', 'a document with this id exists and does not match the filter', {
    collection,
    key: { _id: id },
  });
}
