import type { ChangeStreamDocument } from 'mongodb';
import type { ChangeEvent } from '../../../domain/events.ts';
import { fromStored, storedVersion } from './mongodb-documents.ts';
import { idToText } from './mongodb-ids.ts';
import { type BsonDocument, isBsonDocument } from './mongodb-values.ts';

type StreamEvent = ChangeStreamDocument<BsonDocument>;

/**
 * A change in the shape of every database; undefined for what changes no document (a collection dropped or renamed).
 * Where the collection keeps images, an update shows the document as it left it and a deletion has the version that it
 * removed. Where not, an update's document was looked up, so `data` may already show a later change, whose own event
 * follows (null: it has gone by then), and a deletion has version 0.
 */
export function toChangeEvent(change: StreamEvent, token: string): ChangeEvent | undefined {
  switch (change.operationType) {
    case 'insert':
      return withDocument(change, token, 'created', change.fullDocument);
    case 'replace':
    case 'update':
      return withDocument(change, token, 'updated', change.fullDocument);
    case 'delete':
      return withDocument(change, token, 'deleted', undefined);
    default:
      return undefined;
  }
}

type DocumentChange = Extract<StreamEvent, { operationType: 'insert' | 'replace' | 'update' | 'delete' }>;

function withDocument(
  change: DocumentChange,
  token: string,
  kind: ChangeEvent['kind'],
  stored: BsonDocument | undefined,
): ChangeEvent {
  const collection = change.ns.coll;
  const document = stored && fromStored(collection, stored);
  return {
    token,
    eventId: eventId(change._id),
    kind,
    collection,
    id: idToText(change.documentKey._id),
    version: versionSet(change) ?? document?.version ?? versionRemoved(change),
    data: document?.data.value ?? null,
    metadata: document?.metadata ?? null,
    occurredAt: occurredAt(change),
  };
}

/** The version that an update wrote, whatever the document is by now. */
function versionSet(change: DocumentChange): number | undefined {
  const fields = change.operationType === 'update' ? change.updateDescription.updatedFields : undefined;
  const version = isBsonDocument(fields) ? fields._version : undefined;
  return typeof version === 'number' ? version : undefined;
}

function versionRemoved(change: DocumentChange): number {
  const before = change.operationType === 'delete' ? change.fullDocumentBeforeChange : undefined;
  return isBsonDocument(before) ? (storedVersion(before) ?? 1) : 0;
}

/** The resume token of an event is the same whenever the log is read. */
function eventId(token: unknown): string {
  const data = isBsonDocument(token) ? token._data : undefined;
  return typeof data === 'string' ? data : JSON.stringify(token);
}

function occurredAt(change: DocumentChange): string {
  const { wallTime, clusterTime } = change as {
    readonly wallTime?: unknown;
    readonly clusterTime?: { readonly t?: number };
  };
  if (wallTime instanceof Date) return wallTime.toISOString();
  return new Date(clusterTime?.t === undefined ? Date.now() : clusterTime.t * 1000).toISOString();
}
