import type { Call } from '../../../application/ports/call.ts';
import type { RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { SqliteReader } from './sqlite-reader.ts';

/** Threads that may still be busy with raw statements that nobody waits for. */
const mostGivenUp = 2;

/** The threads that read, started when they are needed; a query goes to the one with the fewest. */
export class SqliteReaders {
  readonly #path: string;
  readonly #max: number;
  readonly #readers: SqliteReader[] = [];
  #raw: SqliteReader | undefined;
  readonly #givenUp = new Set<SqliteReader>();
  #closed = false;

  constructor(path: string, max: number) {
    this.#path = path;
    this.#max = max;
  }

  get active(): number {
    return this.#readers.reduce((total, reader) => total + reader.open, 0);
  }

  get max(): number {
    return this.#max;
  }

  /** Rows as they come, read ahead by one batch; the cursor is closed when the consumer stops. */
  rows(statement: SqlFragment, call: Call, groups: boolean): AsyncGenerator<readonly (readonly unknown[])[]> {
    return this.#reader().rows(statement, call, groups);
  }

  /**
   * A raw statement has a thread of its own, because nothing can stop SQLite inside one: when its time is over the
   * thread is given up and ends with the statement.
   */
  async raw(command: RawCommand & { readonly query: string }, call: Call): Promise<RawResult> {
    if (this.#closed) throw new ServiceError('CONNECTION_ERROR', 'the database was closed');
    if (this.#givenUp.size >= mostGivenUp)
      throw new ServiceError('CONNECTION_ERROR', 'raw statements whose time is over are still running');
    if (this.#raw === undefined || this.#raw.failed) this.#raw = new SqliteReader(this.#path);
    const reader = this.#raw;
    try {
      return await untilDeadline(reader.raw(command, call), call);
    } catch (error) {
      if (error === overdue || call.signal.aborted) {
        if (this.#raw === reader) this.#raw = undefined;
        this.#givenUp.add(reader);
        void reader.close().then(() => this.#givenUp.delete(reader));
      }
      if (error === overdue)
        throw new ServiceError('QUERY_TIMEOUT', 'the statement took longer than the request may');
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const readers = this.#readers.splice(0);
    if (this.#raw !== undefined) readers.push(this.#raw);
    await Promise.all(readers.map((reader) => reader.close()));
  }

  #reader(): SqliteReader {
    if (this.#closed) throw new ServiceError('CONNECTION_ERROR', 'the database was closed');
    for (let i = this.#readers.length - 1; i >= 0; i--)
      if (this.#readers[i]?.failed) this.#readers.splice(i, 1);
    const free = this.#readers.reduce<SqliteReader | undefined>(
      (best, reader) => (best === undefined || reader.open < best.open ? reader : best),
      undefined,
    );
    if (free !== undefined && (free.open === 0 || this.#readers.length >= this.#max)) return free;
    const started = new SqliteReader(this.#path);
    this.#readers.push(started);
    return started;
  }
}

const overdue = Symbol('overdue');

function untilDeadline<T>(work: Promise<T>, { deadline, signal }: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const timer = setTimeout(() => reject(overdue), Math.max(0, deadline - Date.now()) + 50);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    });
  });
}
