import type { Capabilities } from '../../domain/capabilities.ts';
import type { DatabaseType } from '../../domain/database-type.ts';
import type { Document, DocumentId } from '../../domain/document/document.ts';
import type { IndexDefinition } from '../../domain/document/index-definition.ts';
import type {
  Change,
  InsertOutcome,
  Modification,
  ModifyOutcome,
} from '../../domain/document/modification.ts';
import type { ErrorCode, ErrorDetails } from '../../domain/errors.ts';
import type { ChangeEvent } from '../../domain/events.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { Projection } from '../../domain/query/projection.ts';
import type { Sort } from '../../domain/query/sort.ts';
import type { Pipeline, PipelineDocument } from '../../domain/query/stage.ts';
import type { Update } from '../../domain/query/update.ts';
import type { Json, JsonObject, Value } from '../../domain/value/value.ts';
import type { Call } from './call.ts';
import type {
  CollectionOptions,
  CollectionStats,
  DatabaseCredentials,
  DatabaseStats,
  Health,
  RawCommand,
  RawResult,
} from './database-adapter.ts';

/**
 * Documents of one database, with MongoDB's semantics whatever the database. What use cases see; there is one
 * implementation, `PlannedDocumentRepository`. Rejects with `ServiceError` only.
 */
export interface DocumentRepository extends DocumentWrites {
  readonly database: DatabaseType;
  readonly capabilities: Capabilities;

  get(collection: string, id: DocumentId, call: Call): Promise<Document | undefined>;
  /** The documents of one page in order, as a stream; `projection` is the caller's to apply (`project`). */
  find(collection: string, query: FindQuery, call: Call): AsyncIterable<Document>;
  count(collection: string, filter: Filter, call: Call): Promise<number>;
  estimatedCount(collection: string, call: Call): Promise<number>;
  distinct(collection: string, path: Path, filter: Filter, call: Call): Promise<readonly Value[]>;
  aggregate(collection: string, pipeline: Pipeline, call: Call): AsyncIterable<PipelineDocument>;

  /** The plans of the four reads, without running them. */
  explainFind(collection: string, query: FindQuery, call: Call): Promise<Explanation>;
  explainCount(collection: string, filter: Filter, call: Call): Promise<Explanation>;
  explainAggregate(collection: string, pipeline: Pipeline, call: Call): Promise<Explanation>;

  /** Operations of `bulk/write`, batched into few round trips; see `BulkResult`. */
  bulkWrite(operations: readonly WriteOperation[], ordered: boolean, call: Call): Promise<BulkResult>;
  /** All or nothing; rejects with TRANSACTION_FAILED (`failed_operation`, `reason`) and leaves no trace. */
  transaction(operations: readonly WriteOperation[], call: Call): Promise<readonly OperationResult[]>;

  watch(
    scope: { readonly collection: string | undefined; readonly after: string | undefined },
    call: Call,
  ): AsyncIterable<ChangeEvent>;

  listCollections(call: Call): Promise<readonly string[]>;
  collectionExists(collection: string, call: Call): Promise<boolean>;
  createCollection(collection: string, options: CollectionOptions, call: Call): Promise<void>;
  dropCollection(collection: string, call: Call): Promise<void>;
  renameCollection(from: string, to: string, call: Call): Promise<void>;
  /** Starts with `_id_`; rejects with COLLECTION_NOT_FOUND. */
  listIndexes(collection: string, call: Call): Promise<readonly IndexDefinition[]>;
  createIndexes(collection: string, indexes: readonly IndexDefinition[], call: Call): Promise<void>;
  dropIndex(collection: string, name: string, call: Call): Promise<void>;

  raw(command: RawCommand, call: Call): Promise<RawResult>;
  ping(call: Call): Promise<Health>;
  stats(call: Call): Promise<DatabaseStats>;
  collectionStats(collection: string, call: Call): Promise<CollectionStats>;
  /** As `DatabaseAdapter.reconnect`; UNSUPPORTED_OPERATION where there are no credentials to change. */
  reconnect(credentials: DatabaseCredentials): Promise<void>;
  close(): Promise<void>;
}

export interface DocumentWrites {
  insert(
    collection: string,
    documents: readonly Document[],
    ordered: boolean,
    call: Call,
  ): Promise<readonly InsertOutcome[]>;
  /** One atomic change of one document. */
  modify(collection: string, modification: Modification, call: Call): Promise<ModifyOutcome>;
  updateMany(collection: string, filter: Filter, update: Update, call: Call): Promise<UpdateManyResult>;
  deleteMany(collection: string, filter: Filter, call: Call): Promise<number>;
  /** Changes one document that matches, else inserts one made of the filter's equalities and the update. */
  upsert(collection: string, filter: Filter, update: Update, call: Call): Promise<UpsertResult>;
}

export interface FindQuery {
  readonly filter: Filter;
  readonly sort: Sort;
  readonly skip: number;
  readonly limit: number | undefined;
  /** Keyset paging: only what comes after this sort key (one value per field of `sort` and last the `_id`). */
  readonly after: readonly (Value | undefined)[] | undefined;
  readonly projection: Projection | undefined;
}

export interface UpdateManyResult {
  readonly matched: number;
  readonly modified: number;
}
export interface UpsertResult {
  readonly id: DocumentId;
  readonly operation: 'created' | 'updated';
  readonly modified: boolean;
}

/** Which documents an operation is about. `many` is only for filters. */
export type Target =
  | { readonly kind: 'id'; readonly id: DocumentId; readonly expectedVersion: number | undefined }
  | { readonly kind: 'filter'; readonly filter: Filter; readonly many: boolean };

/** One operation of a bulk write or a transaction. */
export type WriteOperation =
  | { readonly kind: 'insert'; readonly collection: string; readonly document: Document }
  | {
      readonly kind: 'change';
      readonly collection: string;
      readonly target: Target;
      readonly change: Change;
      readonly upsert: boolean;
      /** Transactions: how many documents must have matched; undefined: at least one for targets by id. */
      readonly expectMatched: number | undefined;
      readonly optional: boolean;
    };

export interface OperationResult {
  readonly inserted: number;
  readonly matched: number;
  readonly modified: number;
  readonly deleted: number;
  /** The id of the document that an insert or upsert made. */
  readonly upsertedId: DocumentId | undefined;
  readonly insertedId: DocumentId | undefined;
}

export interface BulkResult {
  /** One per operation, in order; undefined where it failed or was not reached. */
  readonly results: readonly (OperationResult | undefined)[];
  readonly failures: readonly BulkFailure[];
  /** Operations after the failure of an ordered bulk. */
  readonly skipped: number;
}

export interface BulkFailure {
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export interface Explanation extends JsonObject {
  readonly database: string;
  /** Native statement with placeholders; null when everything is read. */
  readonly native: Json;
  /** What the service evaluates itself, as text; null when nothing is left over. */
  readonly residual: Json;
  readonly scan: 'id' | 'index' | 'collection';
  readonly index: string | null;
  readonly sort: 'native' | 'in_process' | 'none';
  readonly stages_native: number;
  readonly stages_in_process: number;
}
