import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteStreams } from './sqlite-streams.ts';

/** The threads that read, started when they are needed; a query goes to the one with the fewest. */
export class SqliteReaders {
  readonly #path: string;
  readonly #max: number;
  readonly #streams: SqliteStreams;
  readonly #readers: SqliteReader[] = [];
  #closed = false;

  constructor(path: string, max: number, maxStreams: number) {
    this.#path = path;
    this.#max = max;
    this.#streams = new SqliteStreams(maxStreams);
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

  async close(): Promise<void> {
    this.#closed = true;
    const readers = this.#readers.splice(0);
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
    const started = new SqliteReader(this.#path, this.#streams);
    this.#readers.push(started);
    return started;
  }
}
