import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { EvaluationBudget, type EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { boundedObject } from '../../../domain/evaluation/expressions/bounded-values.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { checkedText } from '../sql/held-text.ts';
import { assumptionsOf, type SqlFragment, settled } from '../sql/sql-fragment.ts';
import type { TextRow } from './postgresql-connection.ts';
import { hasState, sqlState, toServiceError } from './postgresql-errors.ts';
import type { PostgresqlExecutor } from './postgresql-executor.ts';
import { isFacetPipeline, unfoldFacets } from './postgresql-facet.ts';
import { unfold } from './postgresql-fold.ts';
import { type CreateCollection, insertDocuments } from './postgresql-insert.ts';
import { modifyDocuments } from './postgresql-modify.ts';
import { modifyManySql } from './postgresql-modify-many.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { toDocument } from './postgresql-rows.ts';
import { countSql, distinctSql, findSql, getStatement, toStatement } from './postgresql-statements.ts';

/** So many rows come at once, without a cursor. */
const mostAtOnce = 1_000;
/** How much may be computed of what the database has gathered for groups. */
const foldSteps = 50_000_000;
/** A document that is shorter as JSON weighs less than one may, whatever is in it. */
const surelySmall = 12 * 1024 * 1024;

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
    aggregate: async function* (_collection, native, call) {
      const context = { now: new Date(), budget: new EvaluationBudget(foldSteps, call.deadline) };
      const read = (row: TextRow): PipelineDocument => toPipelineDocument(row, context);
      const batches = executor.stream(await assumed(executor, native, call), call);
      if (isFacetPipeline(native)) return yield await unfoldFacets(native, batches, read, context);
      for await (const rows of batches) yield* rows.map(read);
    },
    distinct: async (collection, path, where, call) => {
      const fragment = distinctSql(collection, path, where);
      if (fragment === undefined) return undefined;
      const rows = await executor.read(toStatement(fragment), call);
      return rows.map(([value]) => JSON.parse(value ?? 'null') as Json);
    },
    insert: async (_collection, documents, call, { ordered }) =>
      telling(committed, insertDocuments(executor, create, documents, ordered, call)),
    modifyMany: async (collection, where, change, call) => {
      const fragment = modifyManySql(collection, where, change);
      if (fragment === undefined) return undefined;
      try {
        const [row] = await telling(committed, executor.write(toStatement(fragment), call));
        return { matched: Number(row?.[0] ?? 0), modified: Number(row?.[1] ?? 0) };
      } catch (error) {
        if (error instanceof ServiceError && hasState(error.cause, sqlState.missingTable))
          return { matched: 0, modified: 0 };
        throw error;
      }
    },
    modify: async (collection, modifications, call, { ordered }) =>
      telling(committed, modifyDocuments({ executor, create, collection, call, ordered }, modifications)),
  };
}

/** By the number of columns: a row of a collection, a grouping's parts, or a document as JSON. */
function toPipelineDocument(row: TextRow, context: EvaluationContext): PipelineDocument {
  const [first, second] = row;
  if (row.length === 6) return flatView(toDocument('', row));
  if (row.length === 2) return unfold(first ?? '[]', second ?? '[]', context);
  const text = checkedText(first ?? '{}');
  const document = JSON.parse(text) as PipelineDocument;
  return text.length < surelySmall ? document : boundedObject(document, context);
}

/** The statement as far as what it assumes holds: that the collections exist which it joins. */
async function assumed(executor: PostgresqlExecutor, native: SqlFragment, call: Call): Promise<SqlFragment> {
  const refuted = new Set<string>();
  for (const { name, refutedBy } of assumptionsOf(native)) {
    if (refuted.has(name)) continue;
    const rows = await executor.read(toStatement(refutedBy), call);
    if (rows.length > 0) refuted.add(name);
  }
  return settled(native, refuted);
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
