import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { toServiceError } from './postgresql-errors.ts';
import type { PostgresqlExecutor } from './postgresql-executor.ts';
import { type CreateCollection, insertDocuments } from './postgresql-insert.ts';
import { modifyDocuments } from './postgresql-modify.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { toDocument } from './postgresql-rows.ts';
import { countSql, findSql, getStatement, toStatement } from './postgresql-statements.ts';

/** So many rows come at once, without a cursor. */
const mostAtOnce = 1_000;

/** @param committed is told of every write, so that watchers look. */
export function postgresqlOperations(
  executor: PostgresqlExecutor,
  create: CreateCollection,
  committed: () => void,
): DocumentOperations<SqlFragment> {
  return {
    get: async (collection, ids, call) => {
      const found = new Map<DocumentId, Document>();
      for (const row of await executor.read(getStatement(collection, ids.filter(isStorableText)), call)) {
        const document = toDocument(collection, row);
        found.set(document.id, document);
      }
      return ids.map((id) => found.get(id));
    },
    find: async function* (collection, query, call) {
      const fragment = findSql(collection, query);
      if (query.limit !== undefined && query.limit <= mostAtOnce) {
        for (const row of await executor.read(toStatement(fragment), call)) yield toDocument(collection, row);
        return;
      }
      for await (const rows of executor.stream(fragment, call))
        for (const row of rows) yield toDocument(collection, row);
    },
    count: async (collection, where, call) => {
      const [row] = await executor.read(toStatement(countSql(collection, where)), call);
      return Number(row?.[0] ?? 0);
    },
    insert: async (_collection, documents, call, { ordered }) =>
      telling(committed, insertDocuments(executor, create, documents, ordered, call)),
    modify: async (collection, modifications, call, { ordered }) =>
      telling(committed, modifyDocuments({ executor, create, collection, call, ordered }, modifications)),
  };
}

async function telling<T>(committed: () => void, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw toServiceError(error);
  } finally {
    committed();
  }
}
