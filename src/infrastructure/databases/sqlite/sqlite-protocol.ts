import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Change, Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import type { DocumentRow } from '../sql/document-row.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import type { WireError } from './transfer.ts';

/** What the writer thread does, each all or nothing. Values travel by `toTransfer`. */
export type WriteJob =
  | {
      readonly kind: 'insert';
      readonly collection: string;
      readonly rows: readonly DocumentRow[];
      readonly ordered: boolean;
    }
  | {
      readonly kind: 'modify';
      readonly collection: string;
      readonly modifications: readonly Modification[];
      readonly ordered: boolean;
      readonly deadline: number;
    }
  | {
      readonly kind: 'modify-many';
      readonly collection: string;
      readonly where: SqlFragment | undefined;
      readonly change: Change;
      readonly deadline: number;
    }
  | {
      readonly kind: 'expire';
      readonly collection: string;
      readonly index: IndexDefinition;
      readonly now: number;
    }
  | { readonly kind: 'prune'; readonly keep: number; readonly before: string }
  | {
      readonly kind: 'query';
      readonly statement: SqlFragment;
      readonly groups: boolean;
      readonly deadline: number;
    }
  | SchemaJob;

export type SchemaJob =
  | { readonly kind: 'create-collection'; readonly collection: string }
  | { readonly kind: 'drop-collection'; readonly collection: string }
  | { readonly kind: 'rename-collection'; readonly collection: string; readonly to: string }
  | { readonly kind: 'create-index'; readonly collection: string; readonly index: IndexDefinition }
  | { readonly kind: 'drop-index'; readonly collection: string; readonly name: string };

/** What each job answers. */
export interface JobResults {
  readonly insert: readonly WireInsertOutcome[];
  readonly modify: readonly WireModifyOutcome[];
  readonly 'modify-many': {
    readonly matched: number;
    readonly modified: number;
    readonly error: WireError | undefined;
  };
  readonly expire: { readonly removed: number };
  readonly prune: { readonly removed: number };
  readonly query: readonly (readonly unknown[])[];
  readonly 'create-collection': null;
  readonly 'drop-collection': null;
  readonly 'rename-collection': null;
  readonly 'create-index': null;
  readonly 'drop-index': null;
}
export type JobResult = JobResults[WriteJob['kind']];

export type WireInsertOutcome =
  | { readonly status: 'inserted' | 'skipped' }
  | { readonly status: 'failed'; readonly error: WireError };

export type WireModifyOutcome =
  | { readonly status: 'modified'; readonly before: DocumentRow; readonly after: DocumentRow }
  | { readonly status: 'unchanged'; readonly document: DocumentRow }
  | { readonly status: 'inserted'; readonly after: DocumentRow }
  | { readonly status: 'removed'; readonly before: DocumentRow }
  | Extract<ModifyOutcome, { status: 'missing' | 'stale' | 'skipped' }>
  | { readonly status: 'failed'; readonly error: WireError };

/** To the writer: a batch becomes one transaction; `begin` … `commit` hold one open over several messages. */
export type WriterRequest =
  | { readonly kind: 'batch'; readonly jobs: readonly WriteJob[] }
  | { readonly kind: 'begin'; readonly deadline: number }
  | { readonly kind: 'step'; readonly job: WriteJob }
  | { readonly kind: 'commit' | 'rollback' | 'checkpoint' | 'close' };

export type JobAnswer =
  | { readonly ok: true; readonly result: JobResult }
  | { readonly ok: false; readonly error: WireError };

/** From the writer, one for each request, in order; the first one of all says that the file is ready. */
export interface WriterAnswer {
  readonly answers: readonly JobAnswer[];
}

/** To a reader. `slot` is where in the shared array the caller says that nobody waits any more. */
export type ReaderRequest =
  | {
      readonly kind: 'open';
      readonly cursor: number;
      readonly slot: number;
      readonly statement: SqlFragment;
      /** The first column stands for a group's document. */
      readonly groups: boolean;
      /** Characters of row text after which a batch is sent. */
      readonly batchText: number;
      readonly deadline: number;
    }
  | { readonly kind: 'more'; readonly cursor: number; readonly batchText: number }
  | { readonly kind: 'close'; readonly cursor: number }
  | { readonly kind: 'stop' };

export type ReaderAnswer =
  | {
      readonly cursor: number;
      readonly rows: readonly (readonly unknown[])[];
      readonly done: boolean;
    }
  | { readonly cursor: number; readonly error: WireError };
