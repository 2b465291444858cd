import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { InsertOutcome, ModifyOutcome } from '../../../domain/document/modification.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import { type DocumentRow, documentToRow, rowToDocument } from '../sql/document-row.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { distinctSql, distinctValues } from './sqlite-distinct.ts';
import type { SqlitePipeline } from './sqlite-pipeline.ts';
import type { JobResults, WireInsertOutcome, WireModifyOutcome, WriteJob } from './sqlite-protocol.ts';
import { countSql, findSql, getSql } from './sqlite-statements.ts';
import { fromTransfer, fromWireError, toTransfer } from './transfer.ts';

export type Rows = readonly (readonly unknown[])[];

/** Where the operations run: reads beside the writer, or everything inside one of its transactions. */
export interface SqliteExecutor {
  /** Rows in batches as they come; a missing table reads as empty. `groups`: the rows are groups' documents. */
  rows(statement: SqlFragment, call: Call, groups?: boolean): AsyncIterable<Rows>;
  write<J extends WriteJob>(job: J, call: Call): Promise<JobResults[J['kind']]>;
}

export function sqliteOperations(executor: SqliteExecutor): DocumentOperations<SqlFragment> {
  const { write } = executor;
  const rows = (statement: SqlFragment, call: Call, groups = false): AsyncIterable<Rows> =>
    executor.rows(toTransfer(statement), call, groups);
  return {
    get: async (collection, ids, call) => {
      const found = new Map<DocumentId, Document>();
      for await (const batch of rows(getSql(collection, ids), call))
        for (const row of batch) found.set(String(row[0]), toDocument(collection, row));
      return ids.map((id) => found.get(id));
    },
    find: async function* (collection, query, call) {
      for await (const batch of rows(findSql(collection, query), call))
        for (const row of batch) yield toDocument(collection, row);
    },
    count: async (collection, where, call) => {
      for await (const [row] of rows(countSql(collection, where), call)) if (row) return Number(row[0]);
      return 0;
    },
    insert: async (collection, documents, call, { ordered }) => {
      const inserted = documents.map(documentToRow);
      const outcomes = await write({ kind: 'insert', collection, rows: inserted, ordered }, call);
      return outcomes.map(toInsertOutcome);
    },
    modify: async (collection, modifications, call, { ordered }) => {
      const { deadline } = call;
      const sent = toTransfer(modifications);
      const outcomes = await write(
        { kind: 'modify', collection, modifications: sent, ordered, deadline },
        call,
      );
      return outcomes.map((outcome) => toModifyOutcome(collection, outcome));
    },
    distinct: async (collection, path, where, call) => {
      const statement = distinctSql(collection, path, where);
      if (statement === undefined) return undefined;
      const found: (readonly unknown[])[] = [];
      for await (const batch of rows(statement, call)) found.push(...batch);
      return distinctValues(path, found);
    },
    aggregate: async function* (collection, native, call) {
      const of: SqlitePipeline['rows'] = isPipeline(native) ? native.rows : { kind: 'documents' };
      for await (const batch of rows({ parts: native.parts }, call, of.kind === 'groups'))
        for (const row of batch) {
          if (of.kind === 'documents') yield flatView(toDocument(collection, row));
          else if (of.kind === 'count') yield* counted(of.field, Number(row[0]));
          else yield fromTransfer(row[0] as PipelineDocument);
        }
    },
    modifyMany: async (collection, where, change, call) => {
      const { matched, modified, error } = await write(
        {
          kind: 'modify-many',
          collection,
          where: toTransfer(where),
          change: toTransfer(change),
          deadline: call.deadline,
        },
        call,
      );
      if (error !== undefined) throw fromWireError(error);
      return { matched, modified };
    },
  };
}

/** Of no documents there is no count, as in MongoDB. */
function counted(field: string, count: number): readonly PipelineDocument[] {
  return count === 0 ? [] : [{ [field]: count }];
}

function isPipeline(native: SqlFragment): native is SqlitePipeline {
  return 'rows' in native;
}

/** The columns of every statement on documents are those of `DocumentRow`. */
export function toDocument(collection: string, row: readonly unknown[]): Document {
  return rowToDocument(collection, row as unknown as DocumentRow);
}

function toInsertOutcome(outcome: WireInsertOutcome): InsertOutcome {
  return outcome.status === 'failed' ? { status: 'failed', error: fromWireError(outcome.error) } : outcome;
}

function toModifyOutcome(collection: string, outcome: WireModifyOutcome): ModifyOutcome {
  const read = (row: DocumentRow): Document => rowToDocument(collection, row);
  switch (outcome.status) {
    case 'modified':
      return { status: 'modified', before: read(outcome.before), after: read(outcome.after) };
    case 'unchanged':
      return { status: 'unchanged', document: read(outcome.document) };
    case 'inserted':
      return { status: 'inserted', after: read(outcome.after) };
    case 'removed':
      return { status: 'removed', before: read(outcome.before) };
    case 'failed':
      return { status: 'failed', error: fromWireError(outcome.error) };
    default:
      return outcome;
  }
}
