import type { Change } from '../../../domain/document/modification.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { type ChangeCondition, isPlainName, mergeChanges, updateChanges } from './mongodb-changed.ts';
import { keepingTypes } from './mongodb-keep-types.ts';
import { type BsonDocument, mapFields, toBson, toBsonDocument } from './mongodb-values.ts';

/**
 * The version of the document that is changed: `next` is counted by the server, so nothing must be known of the
 * document; or it has been read and the change is bound to just that state.
 */
export type Versioning =
  | { readonly kind: 'next' }
  | { readonly kind: 'bound'; readonly current: BsonDocument; readonly version: number };

/** How one change runs on the server. */
export interface ChangePlan {
  /** When the change changes something; part of the statement's filter. */
  readonly changes: ChangeCondition;
  /** The driver's update, or undefined where this versioning has none. */
  readonly update: (versioning: Versioning, now: Date) => BsonDocument | BsonDocument[] | undefined;
  readonly arrayFilters: readonly BsonDocument[];
}

export function planChange(change: Exclude<Change, { kind: 'remove' }>): ChangePlan {
  switch (change.kind) {
    case 'merge':
      return planMerge(change.data, change.metadata);
    case 'replace':
      return planReplace(change.data, change.metadata);
    case 'update':
      return planUpdate(change);
  }
}

function planUpdate({ update }: Extract<Change, { kind: 'update' }>): ChangePlan {
  if (update.kind === 'pipeline') {
    const stages = update.stages.map(({ source }) => toBson(source) as BsonDocument);
    return {
      changes: 'unknown',
      update: (versioning, now) => boundPipeline(stages, versioning, now, ['_created_at', '_metadata']),
      arrayFilters: [],
    };
  }
  const { $setOnInsert: _onlyOnInsert, ...operators } = mapFields(update.source.update, (operand) =>
    toBsonDocument(operand, 'update'),
  );
  return {
    changes: updateChanges(update),
    update: (versioning, now) => withVersion(operators, versioning, now),
    arrayFilters: update.source.arrayFilters.map((filter) => toBson(filter) as BsonDocument),
  };
}

function planMerge(data: JsonObject, metadata: JsonObject | undefined): ChangePlan {
  if (!Object.keys(data).every(isPlainName)) return planMergeOfAnyNames(data, metadata);
  const set = { ...toBsonDocument(data, 'data'), ...storedMetadata(metadata) };
  const kept = keepingTypes(data);
  return {
    changes: mergeChanges(data, metadata),
    update: (versioning, now) =>
      kept === undefined
        ? withVersion({ $set: set }, versioning, now)
        : [{ $set: { ...literals(set), ...kept, ...versionFields(versioning, now) } }],
    arrayFilters: [],
  };
}

function literals(fields: BsonDocument): BsonDocument {
  return mapFields(fields, (value) => ({ $literal: value }));
}

/** The service's fields in a pipeline. */
function versionFields(versioning: Versioning, now: Date): BsonDocument {
  const next = versioning.kind === 'next' ? { $add: ['$_version', 1] } : { $literal: versioning.version + 1 };
  return { _version: next, _updated_at: now };
}

/** Names with dots can only be set by an expression. */
function planMergeOfAnyNames(data: JsonObject, metadata: JsonObject | undefined): ChangePlan {
  const fields = { ...toBsonDocument(data, 'data'), ...storedMetadata(metadata) };
  const stages = [{ $replaceWith: { $mergeObjects: ['$$ROOT', { $literal: fields }] } }];
  return {
    changes: 'unknown',
    update: (versioning, now) => boundPipeline(stages, versioning, now, []),
    arrayFilters: [],
  };
}

/** The service's own fields are carried over by the server, so one statement does it. */
function planReplace(data: JsonObject, metadata: JsonObject | undefined): ChangePlan {
  const given = { $literal: toBsonDocument(data, 'data') };
  const kept = keepingTypes(data);
  const own = {
    _id: '$_id',
    _created_at: '$_created_at',
    _metadata: metadata === undefined ? '$_metadata' : { $literal: toBsonDocument(metadata, 'metadata') },
  };
  return {
    // A replacement always counts as a change, as in MongoDB.
    changes: 'always',
    update: (versioning, now) => {
      const fields = { ...own, ...versionFields(versioning, now) };
      return [{ $replaceWith: { $mergeObjects: [given, ...(kept === undefined ? [] : [kept]), fields] } }];
    },
    arrayFilters: [],
  };
}

function storedMetadata(metadata: JsonObject | undefined): BsonDocument {
  return metadata === undefined ? {} : { _metadata: toBsonDocument(metadata, 'metadata') };
}

type Operators = Readonly<Record<string, unknown>>;

function withVersion(operators: Operators, versioning: Versioning, now: Date): BsonDocument {
  const bound = versioning.kind === 'bound';
  return {
    ...operators,
    $set: {
      ...fieldsOf(operators.$set),
      _updated_at: now,
      ...(bound && { _version: versioning.version + 1 }),
    },
    ...(!bound && { $inc: { ...fieldsOf(operators.$inc), _version: 1 } }),
  };
}

function fieldsOf(operand: unknown): BsonDocument {
  return (operand ?? {}) as BsonDocument;
}

/** The caller's stages may drop the service's fields: the restored ones are put back as they were read. */
function boundPipeline(
  stages: readonly BsonDocument[],
  versioning: Versioning,
  now: Date,
  restored: readonly string[],
): BsonDocument[] | undefined {
  if (versioning.kind === 'next') return undefined;
  const { current, version } = versioning;
  const kept: BsonDocument = {};
  for (const field of restored) if (Object.hasOwn(current, field)) kept[field] = { $literal: current[field] };
  return [...stages, { $set: { ...kept, _version: { $literal: version + 1 }, _updated_at: now } }];
}
