import type { Worker } from 'node:worker_threads';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import type { ReaderAnswer, ReaderRequest } from './sqlite-protocol.ts';
import type { SqliteStreams } from './sqlite-streams.ts';
import { startSqliteWorker } from './sqlite-workers.ts';
import { fromWireError } from './transfer.ts';

/** Most cursors that one thread has open at a time; each may hold a connection. */
const slots = 256;

type Rows = Extract<ReaderAnswer, { rows: readonly unknown[] }>;

interface OpenCursor {
  readonly cursor: number;
  /** Whether there was more than one batch. */
  streaming: boolean;
  done: boolean;
  ahead: Promise<unknown> | undefined;
}

/** One thread that reads, and the cursors that are open there. */
export class SqliteReader {
  readonly #worker: Worker;
  readonly #streams: SqliteStreams;
  /** One cell per cursor: 1 says to a running statement that nobody waits any more. */
  readonly #flags = new Int32Array(new SharedArrayBuffer(slots * 4));
  readonly #free = Array.from({ length: slots }, (_, slot) => slot);
  readonly #pending = new Map<number, (answer: ReaderAnswer | undefined) => void>();
  #next = 1;
  #failure: unknown;
  failed = false;

  constructor(path: string, streams: SqliteStreams) {
    this.#streams = streams;
    this.#worker = startSqliteWorker('reader', { workerData: { path, flags: this.#flags } });
    this.#worker.unref();
    this.#worker.on('message', (answer: ReaderAnswer) => this.#settle(answer.cursor, answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  /** Cursors that are open. */
  get open(): number {
    return slots - this.#free.length;
  }

  async *rows(
    statement: SqlFragment,
    call: Call,
    groups: boolean,
  ): AsyncGenerator<readonly (readonly unknown[])[]> {
    const slot = this.#take(call);
    const { deadline } = call;
    const open: OpenCursor = { cursor: this.#next++, streaming: false, done: false, ahead: undefined };
    const abort = (): void => void Atomics.store(this.#flags, slot, 1);
    call.signal.addEventListener('abort', abort);
    try {
      const { batchText } = this.#streams;
      const { cursor } = open;
      const first = await this.#exchange({
        kind: 'open',
        cursor,
        slot,
        statement,
        groups,
        batchText,
        deadline,
      });
      yield* this.#batches(open, first, call);
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      throw error;
    } finally {
      call.signal.removeEventListener('abort', abort);
      if (open.streaming) this.#streams.leave();
      if (!open.done) {
        abort();
        this.#worker.postMessage({ kind: 'close', cursor: open.cursor } satisfies ReaderRequest);
      }
      // Not before: the batch that is being read ahead looks at the slot.
      void Promise.resolve(open.ahead).then(() => this.#free.push(slot));
    }
  }

  /** One batch is read ahead, unless so many are read from that what nobody takes would add up. */
  async *#batches(open: OpenCursor, first: Rows, call: Call): AsyncGenerator<Rows['rows']> {
    let answer = first;
    for (;;) {
      call.signal.throwIfAborted();
      open.done = answer.done;
      if (open.done) {
        yield answer.rows;
        return;
      }
      if (!open.streaming) await this.#streams.enter(call.signal);
      open.streaming = true;
      const following = this.#streams.mayReadAhead ? this.#more(open) : undefined;
      open.ahead = following?.catch(() => undefined);
      yield answer.rows;
      answer = await (following ?? this.#more(open));
    }
  }

  #more({ cursor }: OpenCursor): Promise<Rows> {
    return this.#exchange({ kind: 'more', cursor, batchText: this.#streams.batchText });
  }

  async close(): Promise<void> {
    this.failed = true;
    this.#worker.postMessage({ kind: 'stop' } satisfies ReaderRequest);
    await this.#worker.terminate();
  }

  #take(call: Call): number {
    call.signal.throwIfAborted();
    const slot = this.#free.pop();
    if (slot === undefined) throw new ServiceError('CONNECTION_ERROR', 'too many queries are running');
    Atomics.store(this.#flags, slot, 0);
    return slot;
  }

  #exchange(request: Extract<ReaderRequest, { cursor: number }>): Promise<Rows> {
    return new Promise((resolve, reject) => {
      if (this.failed) {
        reject(this.#stopped());
        return;
      }
      this.#pending.set(request.cursor, (answer) => {
        if (answer === undefined) reject(this.#stopped());
        else if ('error' in answer) reject(fromWireError(answer.error));
        else resolve(answer);
      });
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  #settle(cursor: number, answer: ReaderAnswer | undefined): void {
    const settle = this.#pending.get(cursor);
    this.#pending.delete(cursor);
    if (this.#pending.size === 0) this.#worker.unref();
    settle?.(answer);
  }

  #fail(error: unknown): void {
    this.failed = true;
    this.#failure ??= error;
    for (const cursor of [...this.#pending.keys()]) this.#settle(cursor, undefined);
  }

  #stopped(): ServiceError {
    return new ServiceError('CONNECTION_ERROR', 'a reader of the database stopped', {}, this.#failure);
  }
}
