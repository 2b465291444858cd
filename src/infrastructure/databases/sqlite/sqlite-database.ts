import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Call } from '../../../application/ports/call.ts';
import type { RawResult } from '../../../application/ports/database-adapter.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { largestWal, SqliteConnection } from './sqlite-connection.ts';
import { toServiceError } from './sqlite-errors.ts';
import type { Rows, SqliteExecutor } from './sqlite-operations.ts';
import type { JobResults, WriteJob } from './sqlite-protocol.ts';
import { mayWrite, type RawStatement } from './sqlite-raw.ts';
import { SqliteRawProcesses } from './sqlite-raw-processes.ts';
import { SqliteReaders } from './sqlite-readers.ts';
import { SqliteSharedSnapshot } from './sqlite-shared-snapshot.ts';
import { SqliteWriter } from './sqlite-writer.ts';

interface Opened {
  readonly writer: SqliteWriter;
  readonly readers: SqliteReaders;
  /** This thread's own, for reads that take microseconds. */
  readonly local: SqliteConnection;
  readonly snapshot: SqliteSharedSnapshot;
}

/** One database file: a thread that writes, threads that read, and a connection here. Opened with the first use. */
export class SqliteDatabase implements SqliteExecutor {
  readonly #path: string;
  readonly #readers: number;
  readonly #maxStreams: number;
  readonly #rawProcesses = new SqliteRawProcesses();
  readonly #onCommit = new Set<() => void>();
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #closed = false;

  constructor(path: string, readers: number, maxStreams: number) {
    this.#path = path;
    this.#readers = readers;
    this.#maxStreams = maxStreams;
  }

  /** Rejects with CONNECTION_ERROR when the file cannot be opened; the next call tries again. */
  open(): Promise<Opened> {
    if (this.#opened?.writer.failed && !this.#closed) void this.#abandon(this.#opened);
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** A writer that died (out of memory, say) must not end the service: the next call starts everything anew. */
  async #abandon({ readers }: Opened): Promise<void> {
    this.#opened = undefined;
    this.#opening = undefined;
    await readers.close();
  }

  /** What is open; undefined before the first use. */
  get opened(): Opened | undefined {
    return this.#opened;
  }

  /** This thread's connection, seeing all that is committed by now; undefined before the first use. */
  current(): SqliteConnection | undefined {
    this.#opened?.snapshot.end();
    return this.#opened?.local;
  }

  async *rows(statement: SqlFragment, call: Call, groups = false): AsyncGenerator<Rows> {
    const { readers } = this.#opened ?? (await this.open());
    yield* readers.rows(statement, call, groups);
  }

  readonly write = async <J extends WriteJob>(
    job: J,
    call: Call | undefined,
  ): Promise<JobResults[J['kind']]> => {
    const { writer } = this.#opened?.writer.failed === false ? this.#opened : await this.open();
    return writer.run(job, call);
  };

  /** Runs a statement of the caller's. One that may write has the file to itself, as every writer has. */
  async raw(statement: RawStatement, allowWrites: boolean, call: Call): Promise<RawResult> {
    const { writer } = await this.open();
    const writes = allowWrites && mayWrite(statement.text);
    const alone = (body: () => Promise<RawResult>): Promise<RawResult> =>
      writes ? writer.aside(call, body) : body();
    return this.#rawProcesses.run({ ...statement, path: this.#path, writes }, alone, call);
  }

  /** Gives the space of the WAL back when it has grown large behind long readers; does nothing while they read. */
  async shrinkWal(): Promise<void> {
    const { size } = statSync(`${this.#path}-wal`, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size > largestWal) await (await this.open()).writer.checkpoint();
  }

  /** Calls back after each commit of this process until the returned function is called. */
  onCommit(listener: () => void): () => void {
    this.#onCommit.add(listener);
    return () => this.#onCommit.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#rawProcesses.close();
    const opened = await this.#opening?.catch(() => undefined);
    if (opened === undefined) return;
    await Promise.all([opened.writer.close(), opened.readers.close()]);
    opened.local.close();
  }

  async #open(): Promise<Opened> {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const writer = new SqliteWriter(this.#path, () => {
        this.#opened?.snapshot.end();
        for (const listener of this.#onCommit) listener();
      });
      await writer.ready;
      const local = new SqliteConnection(this.#path, { readOnly: true });
      const readers = new SqliteReaders(this.#path, this.#readers, this.#maxStreams);
      this.#opened = { writer, readers, local, snapshot: new SqliteSharedSnapshot(local) };
      return this.#opened;
    } catch (error) {
      this.#opening = undefined;
      throw toServiceError(error);
    }
  }
}
