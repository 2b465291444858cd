import type { Worker } from 'node:worker_threads';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { abortedAnswer, lost, unlessAborted } from './sqlite-job-answers.ts';
import type { JobAnswer, JobResults, WriteJob, WriterAnswer, WriterRequest } from './sqlite-protocol.ts';
import { startSqliteWorker } from './sqlite-workers.ts';
import { fromWireError } from './transfer.ts';

/** Largest number of jobs in one transaction. */
const largestBatch = 1_000;

interface QueuedJob {
  readonly kind: 'job';
  readonly job: WriteJob;
  readonly signal: AbortSignal | undefined;
  readonly settle: (answer: JobAnswer) => void;
}
/** Has the writer to itself until the returned promise resolves. */
interface QueuedTurn {
  readonly kind: 'turn';
  readonly run: () => Promise<void>;
}

/**
 * The one writer of this process, in a thread of its own. While it waits for the disk, jobs gather here; then all of
 * them go in one message and become one transaction (group commit). A lone job waits for nobody.
 */
export class SqliteWriter {
  readonly #worker: Worker;
  readonly #waiting: (QueuedJob | QueuedTurn)[] = [];
  readonly #pending: ((answers: readonly JobAnswer[]) => void)[] = [];
  readonly #onCommit: () => void;
  readonly ready: Promise<void>;
  #busy = false;
  #scheduled = false;
  #failure: ServiceError | undefined;

  /** @param onCommit called after each transaction, before those who wait for it go on. */
  constructor(path: string, onCommit: () => void) {
    this.#onCommit = onCommit;
    this.#worker = startSqliteWorker('writer', { workerData: { path } });
    this.#worker.on('message', ({ answers }: WriterAnswer) => this.#pending.shift()?.(answers));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(undefined));
    this.ready = new Promise((resolve, reject) => {
      this.#pending.push(([first]) => {
        this.#worker.unref();
        if (first === undefined) reject(this.#failure);
        else if (first.ok) resolve();
        else reject(fromWireError(first.error));
      });
    });
    // Whoever uses the writer asks for `ready` first and gets the rejection there.
    this.ready.catch(() => undefined);
  }

  /** The thread is gone; another one has to be started. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  run<J extends WriteJob>(job: J, call: Call | undefined): Promise<JobResults[J['kind']]> {
    return new Promise((resolve, reject) => {
      const settle = (answer: JobAnswer): void => {
        if (answer.ok) resolve(answer.result as JobResults[J['kind']]);
        else reject(fromWireError(answer.error));
      };
      this.#waiting.push({ kind: 'job', job, signal: call?.signal, settle });
      this.#schedule();
    });
  }

  /**
   * Gives `body` the writer alone, with a transaction open: committed when it resolves, rolled back when it rejects or
   * the call is aborted.
   */
  transaction<T>(
    call: Call,
    body: (step: <J extends WriteJob>(job: J) => Promise<JobResults[J['kind']]>) => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): Promise<void> => this.#runTransaction(call, body).then(resolve, reject);
      this.#waiting.push({ kind: 'turn', run });
      this.#schedule();
    });
  }

  /**
   * Lets another process of ours write: the jobs of this one wait until `body` has ended. An abort ends the wait for
   * the turn at once; afterwards it is up to `body`.
   */
  aside<T>(call: Call, body: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(call.signal.reason);
      call.signal.addEventListener('abort', abort, { once: true });
      const run = async (): Promise<void> => {
        call.signal.removeEventListener('abort', abort);
        try {
          call.signal.throwIfAborted();
          const result = await body();
          this.#onCommit();
          resolve(result);
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ kind: 'turn', run });
      this.#schedule();
    });
  }

  /** Moves everything from the WAL into the file, when nothing holds it there. */
  checkpoint(): Promise<void> {
    return this.#alone('checkpoint');
  }

  async close(): Promise<void> {
    const ended = this.#alone('close');
    await ended.catch(() => undefined);
    this.#failure ??= new ServiceError('CONNECTION_ERROR', 'the database was closed');
    await this.#worker.terminate();
  }

  #alone(kind: 'checkpoint' | 'close'): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = (): Promise<void> => this.#send({ kind }).then(() => resolve(), reject);
      this.#waiting.push({ kind: 'turn', run });
      this.#schedule();
    });
  }

  async #runTransaction<T>(
    call: Call,
    body: (step: <J extends WriteJob>(job: J) => Promise<JobResults[J['kind']]>) => Promise<T>,
  ): Promise<T> {
    call.signal.throwIfAborted();
    await this.#send({ kind: 'begin', deadline: call.deadline });
    let open = true;
    try {
      const step = async <J extends WriteJob>(job: J): Promise<JobResults[J['kind']]> => {
        call.signal.throwIfAborted();
        if (!open) throw new ServiceError('TRANSACTION_FAILED', 'the transaction has ended');
        const result = await this.#send({ kind: 'step', job });
        return result as JobResults[J['kind']];
      };
      const result = await unlessAborted(call.signal, body(step));
      open = false;
      await this.#send({ kind: 'commit' });
      this.#onCommit();
      return result;
    } catch (error) {
      open = false;
      await this.#send({ kind: 'rollback' });
      throw error;
    }
  }

  async #send(request: WriterRequest): Promise<unknown> {
    const [answer] = await this.#exchange(request);
    if (answer === undefined || !answer.ok)
      throw answer ? fromWireError(answer.error) : new ServiceError('CONNECTION_ERROR', 'no answer');
    return answer.result;
  }

  #exchange(request: WriterRequest): Promise<readonly JobAnswer[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#worker.ref();
      // First, since it may throw: answers come in order, and one that waits for nothing would get another's.
      this.#worker.postMessage(request);
      this.#pending.push((answers) => {
        if (answers.length === 0 && this.#failure !== undefined) reject(this.#failure);
        else resolve(answers);
      });
    });
  }

  /** At the end of the tick, so that what one tick brings goes together. */
  #schedule(): void {
    if (this.#busy || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      if (first?.kind === 'turn') {
        this.#waiting.shift();
        await first.run().catch(() => undefined);
      } else await this.#runBatch(this.#takeJobs());
    }
    this.#busy = false;
    this.#worker.unref();
  }

  #takeJobs(): readonly QueuedJob[] {
    const jobs: QueuedJob[] = [];
    while (jobs.length < largestBatch) {
      const [next] = this.#waiting;
      if (next?.kind !== 'job') break;
      this.#waiting.shift();
      if (next.signal?.aborted) next.settle(abortedAnswer(next.signal));
      else jobs.push(next);
    }
    return jobs;
  }

  async #runBatch(jobs: readonly QueuedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    try {
      const answers = await this.#exchange({ kind: 'batch', jobs: jobs.map(({ job }) => job) });
      this.#onCommit();
      for (const [i, { settle }] of jobs.entries()) settle(answers[i] ?? lost);
    } catch {
      for (const { settle } of jobs) settle(lost);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= new ServiceError('CONNECTION_ERROR', 'the writer of the database stopped', {}, error);
    for (const settle of this.#pending.splice(0)) settle([]);
  }
}
