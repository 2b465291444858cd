import pg from 'pg';
import type { PostgresqlConnections } from './postgresql-connection.ts';

const channel = 'document_service_changes';
/** Writes within this time share one notification, milliseconds. */
const quiet = 20;
const reconnectAfter = 1_000;

/**
 * Tells watchers, here and in other processes, that there is something in the log. The notification is sent after the
 * commit, outside of its transaction, because one inside would make all commits of the database wait for each other
 * (`NOTIFY` takes a lock until the commit is on disk). One that gets lost costs a poll's interval.
 */
export class ChangeSignal {
  readonly #connections: PostgresqlConnections;
  readonly #waiting = new Set<() => void>();
  #listeners = 0;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connections: PostgresqlConnections) {
    this.#connections = connections;
  }

  /** Something was committed here. */
  committed(): void {
    this.#wake();
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const notify = { text: `SELECT pg_notify('${channel}', '')`, values: [] };
      this.#connections.rows(notify, undefined).catch(() => undefined);
    }, quiet).unref();
  }

  /** Keeps a connection that listens, as long as anybody does. */
  listen(): () => void {
    this.#listeners += 1;
    if (this.#listeners === 1) void this.#connect();
    return () => {
      this.#listeners -= 1;
      if (this.#listeners === 0) void this.#disconnect();
    };
  }

  /** Resolves with the next signal, after `milliseconds`, or when `signal` aborts. */
  next(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wake();
    await this.#disconnect();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#listeners === 0 || this.#client !== undefined) return;
    const client = new pg.Client(this.#connections.clientConfig());
    this.#client = client;
    client.on('notification', () => this.#wake());
    const lost = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      setTimeout(() => void this.#connect(), reconnectAfter).unref();
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      this.#wake();
    } catch {
      lost();
    }
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }
}
