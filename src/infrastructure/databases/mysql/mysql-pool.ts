import type { Connection } from 'mysql2';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { hasEnded, reasonOfEnd } from '../sql/call-end.ts';
import type { MysqlSession } from './mysql-session.ts';

export interface Pooled {
  readonly connection: Connection;
  readonly session: MysqlSession;
  /** Set by whoever sees that it cannot be used any more. */
  broken: boolean;
}

interface PoolOptions {
  /** For messages. */
  readonly database: string;
  readonly max: number;
  /** How long an operation waits for a connection that others use, milliseconds. */
  readonly acquireTimeoutMs: number;
  /** Connects, or rejects in bounded time. */
  readonly open: () => Promise<Pooled>;
}

interface Waiter {
  /** Answers false when nobody waits any more. */
  readonly give: (pooled: Pooled) => boolean;
  readonly fail: (error: unknown) => void;
}

/** A bounded number of connections, lent in the order in which they were asked for. */
export class MysqlPool {
  readonly #options: PoolOptions;
  readonly #idle: Pooled[] = [];
  readonly #waiting: Waiter[] = [];
  /** Those that go back to the pool after their use; all others are closed then. */
  #current = new WeakSet<Pooled>();
  #open = 0;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get active(): number {
    return this.#open - this.#idle.length;
  }

  /** Lends a connection until `release`; CONNECTION_ERROR when none becomes free in time. */
  async acquire(call: Call | undefined): Promise<Pooled> {
    if (this.#closed) throw new ServiceError('CONNECTION_ERROR', 'the database was closed');
    if (hasEnded(call)) throw reasonOfEnd(call);
    const pooled = await this.#next(call);
    if (!hasEnded(call)) return pooled;
    this.release(pooled);
    throw reasonOfEnd(call);
  }

  release(pooled: Pooled): void {
    const usable = !pooled.broken && !this.#closed && this.#current.has(pooled);
    if (!usable) {
      this.#discard(pooled);
      this.#wake();
      return;
    }
    for (let waiter = this.#waiting.shift(); waiter !== undefined; waiter = this.#waiting.shift())
      if (waiter.give(pooled)) return;
    this.#idle.push(pooled);
  }

  /** From now on only connections that are opened anew are lent; those in use are closed when they come back. */
  renew(): void {
    this.#current = new WeakSet();
    for (const pooled of this.#idle.splice(0)) this.#discard(pooled);
  }

  /** Waits for the connections that are in use, then closes all. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pooled of this.#idle.splice(0)) this.#discard(pooled);
    for (const waiter of this.#waiting.splice(0))
      waiter.fail(new ServiceError('CONNECTION_ERROR', 'the database was closed'));
    if (this.#open > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
  }

  #next(call: Call | undefined): Promise<Pooled> {
    for (let pooled = this.#idle.pop(); pooled !== undefined; pooled = this.#idle.pop()) {
      if (!pooled.broken) return Promise.resolve(pooled);
      this.#discard(pooled);
    }
    return this.#open < this.#options.max ? this.#connect() : this.#wait(call);
  }

  async #connect(): Promise<Pooled> {
    const current = this.#current;
    this.#open += 1;
    try {
      const pooled = await this.#options.open();
      current.add(pooled);
      return pooled;
    } catch (error) {
      this.#leave();
      this.#wake();
      throw error;
    }
  }

  #wait(call: Call | undefined): Promise<Pooled> {
    const { database, acquireTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      let waits = true;
      const settle = (): boolean => {
        if (!waits) return false;
        waits = false;
        clearTimeout(timer);
        call?.signal.removeEventListener('abort', abort);
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        return true;
      };
      const waiter: Waiter = {
        give: (pooled) => {
          const taken = settle();
          if (taken) resolve(pooled);
          return taken;
        },
        fail: (error) => {
          if (settle()) reject(error);
        },
      };
      const message = `no connection to ${database} became free in time`;
      const late = (): void => waiter.fail(new ServiceError('CONNECTION_ERROR', message, { database }));
      const abort = (): void => waiter.fail(reasonOfEnd(call));
      const timer = setTimeout(late, acquireTimeoutMs);
      call?.signal.addEventListener('abort', abort);
      this.#waiting.push(waiter);
    });
  }

  /** A place became free although no connection did. Whoever waits may have left before there is one. */
  #wake(): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return;
    this.#next(undefined).then((pooled) => {
      if (!waiter.give(pooled)) this.release(pooled);
    }, waiter.fail);
  }

  #discard({ broken, connection }: Pooled): void {
    if (broken) connection.destroy();
    else connection.end(() => undefined);
    this.#leave();
  }

  #leave(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#drained?.();
  }
}
