import type { ChildProcess } from 'node:child_process';
import type { Call } from '../../../application/ports/call.ts';
import type { RawResult } from '../../../application/ports/database-adapter.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { unlessAborted } from './sqlite-job-answers.ts';
import type { RawAnswer, RawRequest } from './sqlite-raw-protocol.ts';
import { startSqliteProcess } from './sqlite-workers.ts';
import { fromWireError } from './transfer.ts';

/** Raw statements that run at a time; the others stand in line. */
const mostProcesses = 4;
/** An idle process costs some memory, a start takes a tenth of a second. */
const idleTime = 30_000;

/** What a statement waits for when it has a place: the writer's turn, or nothing. Others never wait for the place. */
type Alone = (body: () => Promise<RawResult>) => Promise<RawResult>;

/** The processes that run raw statements, started when they are needed, killed when their time is over. */
export class SqliteRawProcesses {
  readonly #idle = new Map<ChildProcess, NodeJS.Timeout>();
  readonly #running = new Set<ChildProcess>();
  readonly #line: (() => void)[] = [];
  #turns = mostProcesses;
  #closed = false;

  /** Rejects with QUERY_TIMEOUT at the deadline; by then nothing of the statement runs or holds a lock any more. */
  async run(request: Omit<RawRequest, 'deadline'>, alone: Alone, call: Call): Promise<RawResult> {
    await this.#turn(call);
    try {
      return await alone(() => this.#execute({ ...request, deadline: call.deadline }, call));
    } finally {
      this.#leave();
    }
  }

  async #execute(request: RawRequest, call: Call): Promise<RawResult> {
    if (this.#closed) throw closed();
    const child = this.#take();
    const answer = await exchange(child, request, call);
    if (answer.ok || !answer.last) this.#keep(child);
    else child.kill('SIGKILL');
    if (answer.ok) return answer.result;
    throw fromWireError(answer.error);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#idle.values()) clearTimeout(timer);
    for (const child of [...this.#idle.keys(), ...this.#running]) child.kill('SIGKILL');
    this.#idle.clear();
  }

  #take(): ChildProcess {
    const [found] = this.#idle;
    if (found !== undefined) {
      clearTimeout(found[1]);
      this.#idle.delete(found[0]);
    }
    const child = found?.[0] ?? this.#start();
    child.ref();
    child.channel?.ref();
    this.#running.add(child);
    return child;
  }

  #start(): ChildProcess {
    const child = startSqliteProcess('raw');
    const gone = (): void => {
      clearTimeout(this.#idle.get(child));
      this.#idle.delete(child);
      this.#running.delete(child);
    };
    child.on('exit', gone).on('error', gone);
    return child;
  }

  #keep(child: ChildProcess): void {
    if (!this.#running.delete(child)) return;
    child.unref();
    child.channel?.unref();
    const dismiss = (): void => {
      this.#idle.delete(child);
      child.kill('SIGKILL');
    };
    this.#idle.set(child, setTimeout(dismiss, idleTime).unref());
  }

  async #turn(call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (this.#turns > 0) {
      this.#turns -= 1;
      return;
    }
    let go = (): void => undefined;
    const called = new Promise<void>((resolve) => {
      go = resolve;
      this.#line.push(resolve);
    });
    try {
      await unlessAborted(call.signal, called);
    } catch (error) {
      const place = this.#line.indexOf(go);
      if (place >= 0) this.#line.splice(place, 1);
      else this.#leave();
      throw error;
    }
  }

  #leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#turns += 1;
    else next();
  }
}

/** What the process answers. A call that ends before kills it, and rejects only when it is gone. */
function exchange(child: ChildProcess, request: RawRequest, call: Call): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let reason: unknown = new ServiceError('CONNECTION_ERROR', 'the process of the statement stopped');
    const kill = (because: unknown): void => {
      reason = because;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => kill(overdue()), Math.max(0, call.deadline - Date.now()));
    const abort = (): void => kill(call.signal.reason);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', abort);
      child.off('message', onMessage).off('exit', onEnd).off('error', onEnd);
      then();
    };
    const onMessage = (answer: unknown): void => {
      if (!child.killed) settle(() => resolve(answer as RawAnswer));
    };
    const onEnd = (): void => settle(() => reject(reason));
    child.on('message', onMessage).on('exit', onEnd).on('error', onEnd);
    call.signal.addEventListener('abort', abort, { once: true });
    child.send(request, (error) => error && onEnd());
  });
}

function overdue(): ServiceError {
  return new ServiceError('QUERY_TIMEOUT', 'the statement took longer than the request may');
}

function closed(): ServiceError {
  return new ServiceError('CONNECTION_ERROR', 'the database was closed');
}
