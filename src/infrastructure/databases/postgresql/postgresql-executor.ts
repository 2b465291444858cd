import type { Call } from '../../../application/ports/call.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import type {
  Lease,
  PostgresqlConnections,
  PostgresqlSession,
  Rows,
  Statement,
} from './postgresql-connection.ts';
import { hasState, sqlState, toServiceError } from './postgresql-errors.ts';
import { toStatement } from './postgresql-statements.ts';

/** Where operations run: each statement by itself, or everything inside one transaction. */
export interface PostgresqlExecutor {
  /** A missing table reads as empty. */
  read(statement: Statement, call: Call): Promise<Rows>;
  /** Rows in batches, by a cursor of the server. */
  stream(fragment: SqlFragment, call: Call): AsyncIterable<Rows>;
  /** Rejects with the server's own error; inside a transaction, that goes on. */
  write(statement: Statement, call: Call): Promise<Rows>;
  /** Runs `body` in a transaction: a new one, or the one that is open. */
  locked<T>(call: Call, body: (session: PostgresqlSession) => Promise<T>): Promise<T>;
  readonly inTransaction: boolean;
}

const begin: Statement = { text: 'BEGIN', values: [] };
const beginRead: Statement = { text: 'BEGIN READ ONLY', values: [] };
const commit: Statement = { text: 'COMMIT', values: [] };
const rollback: Statement = { text: 'ROLLBACK', values: [] };
const savepoint: Statement = { text: 'SAVEPOINT step', values: [] };
const release: Statement = { text: 'RELEASE SAVEPOINT step', values: [] };
const rollbackStep: Statement = { text: 'ROLLBACK TO SAVEPOINT step', values: [] };
/** Rows that one round trip fetches from a cursor. */
const batchSize = 256;

export function pooledExecutor(
  connections: PostgresqlConnections,
  ready: () => Promise<void>,
): PostgresqlExecutor {
  return {
    inTransaction: false,
    read: async (statement, call) => {
      await ready();
      return emptyWhenMissing(connections.rows(statement, call));
    },
    stream: async function* (fragment, call) {
      await ready();
      const lease = await connections.acquire(call);
      yield* cursorRows(lease, fragment);
    },
    write: async (statement, call) => {
      await ready();
      return connections.rows(statement, call);
    },
    locked: async (call, body) => {
      await ready();
      return connections.use(call, (session) => inTransaction(session, body));
    },
  };
}

/** What is sent inside an open transaction; each statement behind a savepoint, so that an error does not end it. */
export function sessionExecutor(session: PostgresqlSession): PostgresqlExecutor {
  return {
    inTransaction: true,
    read: (statement) => emptyWhenMissing(guarded(session, statement)),
    stream: (fragment) => sessionCursor(session, fragment),
    write: (statement) => guarded(session, statement),
    locked: (_call, body) => body(session),
  };
}

/** Commits what `body` did, or takes it back when that rejects. */
export async function inTransaction<T>(
  session: PostgresqlSession,
  body: (session: PostgresqlSession) => Promise<T>,
): Promise<T> {
  const begun = session.rows(begin);
  begun.catch(() => undefined);
  try {
    const result = await body(session);
    await begun;
    await session.rows(commit);
    return result;
  } catch (error) {
    await session.rows(rollback).catch(() => undefined);
    throw error;
  }
}

/** Three statements that leave together. */
export async function guarded(session: PostgresqlSession, statement: Statement): Promise<Rows> {
  const sent = [session.rows(savepoint), session.rows(statement), session.rows(release)] as const;
  const [marked, done, released] = await Promise.allSettled(sent);
  if (marked.status === 'rejected') throw marked.reason;
  if (done.status === 'rejected') {
    await session.rows(rollbackStep);
    throw done.reason;
  }
  if (released.status === 'rejected') throw released.reason;
  return done.value;
}

async function emptyWhenMissing(rows: Promise<Rows>): Promise<Rows> {
  try {
    return await rows;
  } catch (error) {
    if (hasState(error, sqlState.missingTable)) return [];
    throw toServiceError(error);
  }
}

let cursors = 0;

interface Cursor {
  readonly name: string;
  readonly declare: Statement;
  readonly fetch: Statement;
}

function cursorOf(fragment: SqlFragment): Cursor {
  cursors += 1;
  const name = `c${cursors}`;
  const { text, values } = toStatement(fragment);
  return {
    name,
    declare: { text: `DECLARE ${name} NO SCROLL CURSOR FOR ${text}`, values },
    fetch: { text: `FETCH ${batchSize} FROM ${name}`, values: [] },
  };
}

/** A short answer gives its connection back before the first row is looked at. */
async function* cursorRows(lease: Lease, fragment: SqlFragment): AsyncIterable<Rows> {
  const { session } = lease;
  const { declare, fetch } = cursorOf(fragment);
  let failure: unknown;
  let open = true;
  const finish = async (): Promise<void> => {
    open = false;
    await session.rows(failure === undefined ? commit : rollback).catch(() => undefined);
    failure = lease.release(failure);
  };
  try {
    const sent = [session.rows(beginRead), session.rows(declare), session.rows(fetch)] as const;
    const [, declared, fetched] = await Promise.allSettled(sent);
    if (declared.status === 'rejected') throw declared.reason;
    if (fetched.status === 'rejected') throw fetched.reason;
    let rows = fetched.value;
    while (rows.length === batchSize) {
      yield rows;
      rows = await session.rows(fetch);
    }
    await finish();
    if (rows.length > 0) yield rows;
  } catch (error) {
    failure = error;
    if (open) await finish();
    if (hasState(failure, sqlState.missingTable)) return;
    throw toServiceError(failure);
  } finally {
    if (open) await finish();
  }
}

async function* sessionCursor(session: PostgresqlSession, fragment: SqlFragment): AsyncIterable<Rows> {
  const { name, declare, fetch } = cursorOf(fragment);
  try {
    await guarded(session, declare);
  } catch (error) {
    if (hasState(error, sqlState.missingTable)) return;
    throw toServiceError(error);
  }
  try {
    for (;;) {
      const rows = await guarded(session, fetch);
      if (rows.length > 0) yield rows;
      if (rows.length < batchSize) return;
    }
  } finally {
    await session.rows({ text: `CLOSE ${name}`, values: [] }).catch(() => undefined);
  }
}
