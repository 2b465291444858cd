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
import type { ChangeEvent } from '../../domain/events.ts';
import type { PipelineDocument } from '../../domain/query/stage.ts';
import type { Json, JsonObject, Value } from '../../domain/value/value.ts';
import type { Call } from './call.ts';
import type { Dialect } from './dialect.ts';

/**
 * All that one database has to implement. `N` is its native fragment: SQL text with bound parameters, a BSON filter,
 * a query body. An adapter never implements MongoDB's semantics: what it cannot run natively it leaves to the planner,
 * and a single-document change that it cannot run natively it applies with `applyModification` while the document is
 * locked. Methods reject with a `ServiceError` of the closed list and nothing else; `withContract` sees to it.
 *
 * A collection that does not exist reads as empty and comes to be with its first insert.
 */
export interface DatabaseAdapter<N = unknown> extends DocumentOperations<N> {
  readonly type: DatabaseType;
  readonly capabilities: Capabilities;
  readonly dialect: Dialect<N>;
  readonly schema: SchemaAdmin;

  /**
   * Runs `body` all or nothing: its operations see each other, nobody else sees them before it resolves, and nothing
   * of them remains when it rejects. A conflict with another transaction rejects with `TRANSACTION_FAILED`.
   */
  readonly transaction?: <T>(
    call: Call,
    body: (operations: DocumentOperations<N>) => Promise<T>,
  ) => Promise<T>;
  /**
   * For capability `transactions: 'batch'`: inserts and removals by id, applied together or not at all, without
   * isolation.
   */
  readonly batch?: (
    operations: readonly BatchOperation[],
    call: Call,
  ) => Promise<readonly (InsertOutcome | ModifyOutcome)[]>;
  readonly changeFeed?: ChangeFeed;
  readonly raw?: (command: RawCommand, call: Call) => Promise<RawResult>;

  ping(call: Call): Promise<Health>;
  stats(call: Call): Promise<DatabaseStats>;
  /**
   * Goes over to other credentials once they work; what runs on the old ones may finish. Rejects with CONNECTION_ERROR
   * when the database refuses them: then nothing has changed.
   */
  readonly reconnect?: (credentials: DatabaseCredentials) => Promise<void>;
  /** Waits for what runs, then frees connections, threads and timers. */
  close(): Promise<void>;
}

/** Who the service is to the database. */
export interface DatabaseCredentials {
  readonly username: string;
  readonly password: string;
}

/** The operations that also exist inside a transaction. */
export interface DocumentOperations<N = unknown> {
  /** Point reads, one statement for all ids; the answer has the order and length of `ids`. */
  get(collection: string, ids: readonly DocumentId[], call: Call): Promise<readonly (Document | undefined)[]>;
  /** Streams candidates; stops reading when the consumer stops. */
  find(collection: string, query: NativeFind<N>, call: Call): AsyncIterable<Document>;
  /** Exact number of documents for which `where` holds (all when undefined). */
  count(collection: string, where: N | undefined, call: Call): Promise<number>;
  /**
   * One outcome per document, in order; an id or unique key that exists is `failed` with DUPLICATE_KEY. `ordered`
   * stops at the first failure, else each document stands alone. Creates the collection.
   */
  insert(
    collection: string,
    documents: readonly Document[],
    call: Call,
    options: { readonly ordered: boolean },
  ): Promise<readonly InsertOutcome[]>;
  /**
   * One outcome per modification, in order; several of one id apply one after another. `ordered` stops at the first
   * `failed` or `stale` one, the rest is `skipped`; else each stands alone.
   */
  modify(
    collection: string,
    modifications: readonly Modification[],
    call: Call,
    options: { readonly ordered: boolean },
  ): Promise<readonly ModifyOutcome[]>;

  /** Runs what `dialect.pipeline` planned; streams the documents that leave its last stage. */
  readonly aggregate?: (collection: string, native: N, call: Call) => AsyncIterable<PipelineDocument>;
  /** Distinct values of a field over the documents for which `where` holds, arrays unwound; undefined: cannot natively. */
  readonly distinct?: (
    collection: string,
    path: readonly string[],
    where: N | undefined,
    call: Call,
  ) => Promise<readonly Value[] | undefined>;
  /** Changes every document for which the exact `where` holds, in one statement; undefined: cannot natively. */
  readonly modifyMany?: (
    collection: string,
    where: N | undefined,
    change: Change,
    call: Call,
  ) => Promise<{ readonly matched: number; readonly modified: number } | undefined>;
}

/** What the planner asks of `find`. Everything in it is exact as the dialect said it would be. */
export interface NativeFind<N> {
  readonly where: N | undefined;
  readonly order: N | undefined;
  readonly skip: number;
  readonly limit: number | undefined;
}

export type BatchOperation =
  | { readonly kind: 'insert'; readonly collection: string; readonly document: Document }
  | {
      readonly kind: 'remove';
      readonly collection: string;
      readonly id: DocumentId;
      readonly expectedVersion: number | undefined;
      /** Whether a missing document fails the whole batch. */
      readonly mustMatch: boolean;
    };

export interface SchemaAdmin {
  listCollections(call: Call): Promise<readonly string[]>;
  collectionExists(collection: string, call: Call): Promise<boolean>;
  /** Rejects with VALIDATION_ERROR when it exists. */
  createCollection(collection: string, options: CollectionOptions, call: Call): Promise<void>;
  /** Rejects with COLLECTION_NOT_FOUND. */
  dropCollection(collection: string, call: Call): Promise<void>;
  /** Rejects with COLLECTION_NOT_FOUND, or VALIDATION_ERROR when the new name is taken. */
  renameCollection(from: string, to: string, call: Call): Promise<void>;
  /** Without `_id_`, which the service adds. Answered from a cache where that is safe; the planner asks often. */
  listIndexes(collection: string, call: Call): Promise<readonly IndexDefinition[]>;
  /**
   * Real, or UNSUPPORTED_OPERATION. The same definition again is a no-op; another under the same name, or unique keys
   * that are already violated, are INDEX_ERROR / DUPLICATE_KEY. Creates the collection.
   */
  createIndex(collection: string, index: IndexDefinition, call: Call): Promise<void>;
  /** Rejects with INDEX_ERROR when there is no such index. */
  dropIndex(collection: string, name: string, call: Call): Promise<void>;
  /** May be an estimate; costs no scan. */
  estimatedCount(collection: string, call: Call): Promise<number>;
  collectionStats(collection: string, call: Call): Promise<CollectionStats>;
}

export interface CollectionOptions {
  readonly capped: { readonly sizeBytes: number; readonly maxDocuments: number | undefined } | undefined;
}

export interface CollectionStats {
  readonly documentCount: number;
  readonly sizeBytes: number;
  readonly indexes: readonly { readonly name: string; readonly sizeBytes: number }[];
}

export interface DatabaseStats {
  readonly collectionsCount: number;
  readonly totalDocuments: number;
  readonly totalSizeBytes: number;
  readonly indexesCount: number;
}

export interface Health {
  readonly latencyMs: number;
  readonly connections: { readonly active: number; readonly idle: number; readonly max: number };
  /** Where the database is made of several servers and its client knows them. */
  readonly topology?: Topology | undefined;
}

export interface Topology {
  /** In the database's own words: `replicaSet`, `sharded`, `standalone`. */
  readonly type: string;
  /** Address of the member that takes writes; null where there is none, or none in particular. */
  readonly primary: string | null;
  readonly members: readonly { readonly address: string; readonly state: string }[];
}

/** The database's own language; `query` is text for SQL and CQL, an object for MongoDB and Elasticsearch. */
export interface RawCommand {
  readonly query: string | JsonObject;
  readonly params: readonly Json[];
  readonly allowWrites: boolean;
  readonly maxRows: number;
}
export interface RawResult {
  /** Column names in order, where the database has them. */
  readonly columns: readonly string[];
  readonly rows: readonly JsonObject[];
}

export interface ChangeFeed {
  /**
   * Live changes in the order of the log, from after `after` or from now; of one collection or of all. Ends when the
   * call's signal aborts. Each change at least once; those of one document in order.
   */
  watch(
    scope: { readonly collection: string | undefined; readonly after: string | undefined },
    call: Call,
  ): AsyncIterable<ChangeEvent>;
}
