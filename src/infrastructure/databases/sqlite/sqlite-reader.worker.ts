import { parentPort, workerData } from 'node:worker_threads';
import { SqliteConnection } from './sqlite-connection.ts';
import { isMissingTable, toServiceError } from './sqlite-errors.ts';
import type { StatementLimits } from './sqlite-functions.ts';
import type { ReaderAnswer, ReaderRequest } from './sqlite-protocol.ts';
import { toTransfer, toWireError } from './transfer.ts';

/**
 * A thread that reads. Each open cursor has a connection of its own, because statements of one connection share one
 * snapshot: a slow reader must not make the others read old data.
 */
const { path, flags } = workerData as { readonly path: string; readonly flags: Int32Array };
const idle: SqliteConnection[] = [];
const cursors = new Map<
  number,
  {
    readonly connection: SqliteConnection;
    readonly groups: boolean;
    readonly rows: Generator<readonly unknown[]>;
  }
>();

const keptConnections = 4;
const firstBatch = 128;
const laterBatch = 512;

function limitsOf({ slot, deadline }: { readonly slot: number; readonly deadline: number }): StatementLimits {
  return { deadline, cancelled: () => Atomics.load(flags, slot) === 1 };
}

function takeConnection(): SqliteConnection {
  const connection = idle.pop();
  if (connection !== undefined) return connection;
  const opened = new SqliteConnection(path, { readOnly: true });
  opened.db.exec('PRAGMA query_only = TRUE');
  return opened;
}

function giveBack(connection: SqliteConnection): void {
  if (idle.length < keptConnections) idle.push(connection);
  else connection.close();
}

function answer(message: ReaderAnswer): void {
  parentPort?.postMessage(message);
}

function readBatch(cursor: number, size: number, batchText: number): void {
  const open = cursors.get(cursor);
  if (open === undefined) return;
  const rows: (readonly unknown[])[] = [];
  let text = 0;
  let done = false;
  while (rows.length < size && text < batchText) {
    const next = open.rows.next();
    if (next.done) {
      done = true;
      break;
    }
    const row = open.groups ? [toTransfer(open.connection.takeGroup(Number(next.value[0])))] : next.value;
    rows.push(row);
    text += textOf(row);
  }
  if (done) release(cursor);
  answer({ cursor, rows, done });
}

function textOf(row: readonly unknown[]): number {
  return row.reduce<number>((sum, value) => {
    if (typeof value === 'string') return sum + value.length;
    return typeof value === 'object' && value !== null ? sum + JSON.stringify(value).length : sum;
  }, 0);
}

function release(cursor: number): void {
  const open = cursors.get(cursor);
  if (open === undefined) return;
  cursors.delete(cursor);
  open.rows.return(undefined);
  giveBack(open.connection);
}

function fail(cursor: number, error: unknown): void {
  release(cursor);
  if (isMissingTable(error)) answer({ cursor, rows: [], done: true });
  else answer({ cursor, error: toWireError(toServiceError(error)) });
}

function handle(request: ReaderRequest): void {
  switch (request.kind) {
    case 'open': {
      const connection = takeConnection();
      cursors.set(request.cursor, {
        connection,
        groups: request.groups,
        rows: connection.iterate(request.statement, limitsOf(request)),
      });
      readBatch(request.cursor, firstBatch, request.batchText);
      return;
    }
    case 'more':
      readBatch(request.cursor, laterBatch, request.batchText);
      return;
    case 'close':
      release(request.cursor);
      return;
    case 'stop':
      for (const cursor of [...cursors.keys()]) release(cursor);
      for (const connection of idle) connection.close();
      parentPort?.close();
      return;
  }
}

parentPort?.on('message', (request: ReaderRequest) => {
  try {
    handle(request);
  } catch (error) {
    if ('cursor' in request) fail(request.cursor, error);
  }
});
