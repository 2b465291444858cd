import type { Call } from '../../../application/ports/call.ts';
import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import type { SqlAssumption, SqlFragment } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { isMissingTable } from './mysql-errors.ts';
import { specialsFirst } from './mysql-merge.ts';
import type { MysqlExecutor } from './mysql-operations.ts';
import { isMysqlPipeline } from './mysql-pipeline.ts';
import type { Row, Rows } from './mysql-session.ts';
import { isMysqlOrder } from './mysql-sort.ts';
import { findSql } from './mysql-statements.ts';
import { unfold } from './mysql-unfold.ts';
import { toDocument } from './mysql-writes.ts';

type Refuted = (assumption: SqlAssumption) => boolean;

/** Up to so many rows are read at once, more as a stream. */
const mostRowsAtOnce = 1_000;
/** How much may be computed of what the database has gathered for groups. */
const foldSteps = 50_000_000;

/** Documents in exact order, one statement or two. */
export async function* find(
  database: MysqlDatabase,
  executor: MysqlExecutor,
  collection: string,
  query: NativeFind<SqlFragment>,
  call: Call,
): AsyncIterable<Document> {
  const read = (part: NativeFind<SqlFragment>, refuted?: Refuted): AsyncIterable<Document> =>
    readDocuments(
      executor,
      collection,
      findSql(database.tableOf(collection), part, (count) => database.limitOf(count)),
      part.limit,
      call,
      refuted,
    );
  const { order } = query;
  if (order !== undefined && isMysqlOrder(order) && order.special !== undefined)
    yield* specialsFirst({ ...query, order, special: order.special }, read);
  else yield* read({ ...query, order: order ?? database.unsortedOrder });
}

/** The documents that leave a pipeline of `mysqlPipeline`. */
export async function* aggregate(
  database: MysqlDatabase,
  executor: MysqlExecutor,
  collection: string,
  native: SqlFragment,
  call: Call,
): AsyncIterable<PipelineDocument> {
  if (!isMysqlPipeline(native)) throw new TypeError('this is no pipeline of MySQL');
  const { rows } = native;
  if (rows.kind === 'page') {
    for await (const document of find(database, executor, collection, rows.find, call))
      yield flatView(document);
    return;
  }
  const found = readRows(executor, native, undefined, call, undefined);
  if (rows.kind === 'groups') {
    const context = { now: new Date(), budget: new EvaluationBudget(foldSteps, call.deadline) };
    yield* unfold(found, rows, context);
    return;
  }
  for await (const row of found)
    yield rows.kind === 'rows'
      ? flatView(toDocument(collection, row))
      : (JSON.parse(String(row[0])) as JsonObject);
}

async function* readDocuments(
  executor: MysqlExecutor,
  collection: string,
  statement: SqlFragment,
  limit: number | undefined,
  call: Call,
  refuted: Refuted | undefined,
): AsyncIterable<Document> {
  for await (const row of readRows(executor, statement, limit, call, refuted))
    yield toDocument(collection, row);
}

async function* readRows(
  executor: MysqlExecutor,
  statement: SqlFragment,
  limit: number | undefined,
  call: Call,
  refuted: Refuted | undefined,
): AsyncIterable<Row> {
  try {
    yield* limit !== undefined && limit <= mostRowsAtOnce
      ? await executor.rows(statement, call, refuted)
      : executor.stream(statement, call, refuted);
  } catch (error) {
    if (!isMissingTable(error)) throw error;
  }
}

/** A collection that does not exist has no rows. */
export async function emptyWhenMissing(rows: Promise<Rows>): Promise<Rows> {
  try {
    return await rows;
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}
