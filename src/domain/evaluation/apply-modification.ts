import { assertNever } from '../assert-never.ts';
import type { Document } from '../document/document.ts';
import { DocumentBody } from '../document/document-body.ts';
import { parseDocumentData } from '../document/document-data.ts';
import { flatView } from '../document/flat-view.ts';
import type { Change, Modification, ModifyOutcome } from '../document/modification.ts';
import { systemFields } from '../document/system-fields.ts';
import { ServiceError } from '../errors.ts';
import type { JsonObject } from '../value/value.ts';
import { compileFilter } from './compile-filter.ts';
import { equalUnordered } from './equal-unordered.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { applyUpdate, type UpdateTarget } from './updates/apply-update.ts';
import { storedObject } from './updates/stored-object.ts';

/**
 * What becomes of a document: pure; the caller holds the document locked, or writes the outcome by compare-and-set.
 * Never throws: a change that cannot be applied is `failed`.
 *
 * An update or merge that leaves the fields as they were is `unchanged`; a replacement always counts as a change, as in
 * MongoDB. The result obeys the rules of documents, so that no chain of updates gets past them.
 */
export function applyModification(
  collection: string,
  modification: Modification,
  current: Document | undefined,
  context: EvaluationContext,
): ModifyOutcome {
  try {
    return current === undefined
      ? insertNew(collection, modification, context)
      : changeExisting(modification, current, context);
  } catch (error) {
    if (error instanceof ServiceError) return { status: 'failed', error };
    const message = 'the change could not be applied';
    return { status: 'failed', error: new ServiceError('INTERNAL_ERROR', message, {}, error) };
  }
}

function changeExisting(
  modification: Modification,
  current: Document,
  context: EvaluationContext,
): ModifyOutcome {
  const { expectedVersion, where, change } = modification;
  if (expectedVersion !== undefined && expectedVersion !== current.version)
    return { status: 'stale', currentVersion: current.version };
  if (where !== undefined && !compileFilter(where, context)(flatView(current))) return { status: 'missing' };
  if (change.kind === 'remove') return { status: 'removed', before: current };
  const target = { view: flatView(current), where, inserting: false };
  const data = changedData(change, current.data.value, target, context);
  const metadata = change.kind === 'update' ? current.metadata : (change.metadata ?? current.metadata);
  if (change.kind !== 'replace' && data === current.data.value && equalUnordered(metadata, current.metadata))
    return { status: 'unchanged', document: current };
  const after = {
    ...current,
    data: DocumentBody.fromValue(data),
    metadata,
    version: current.version + 1,
    updatedAt: context.now.toISOString(),
  };
  return { status: 'modified', before: current, after };
}

function insertNew(
  collection: string,
  modification: Modification,
  context: EvaluationContext,
): ModifyOutcome {
  const { id, change, insert } = modification;
  if (insert === undefined || change.kind === 'remove') return { status: 'missing' };
  const seed = Object.fromEntries(Object.entries(insert.seed).filter(([name]) => !systemFields.has(name)));
  const target = { view: { _id: id, ...seed }, where: undefined, inserting: true };
  const data = changedData(change, seed, target, context);
  const now = context.now.toISOString();
  const after = {
    id,
    collection,
    data: DocumentBody.fromValue(parseDocumentData(data, 'data')),
    version: 1,
    createdAt: now,
    updatedAt: now,
    metadata: change.kind === 'update' ? {} : (change.metadata ?? {}),
  };
  return { status: 'inserted', after };
}

/** The very same object when the change leaves the fields as they are. */
function changedData(
  change: Exclude<Change, { readonly kind: 'remove' }>,
  data: JsonObject,
  target: UpdateTarget,
  context: EvaluationContext,
): JsonObject {
  switch (change.kind) {
    case 'replace':
      return change.data;
    case 'merge': {
      const merged = { ...data, ...change.data };
      return equalUnordered(merged, data) ? data : parseDocumentData(merged, 'data');
    }
    case 'update': {
      const updated = applyUpdate(change.update, data, target, context);
      return updated === data ? data : parseDocumentData(storedObject(updated), 'data');
    }
    default:
      return assertNever(change);
  }
}
