import pg from 'pg';
import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseCredentials } from '../../../application/ports/database-adapter.ts';
import { hasEnded, reasonOfEnd } from '../sql/call-end.ts';
import { clientConfig, sessionSettings } from './postgresql-client-config.ts';
import { toConnectError, toServiceError } from './postgresql-errors.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';

/** Every column as the text that the server sends. */
export type TextRow = readonly (string | null)[];
export type Rows = readonly TextRow[];
type Bound = string | number | boolean | null | Buffer | readonly (string | number | boolean | null)[];

export interface Statement {
  readonly text: string;
  readonly values: readonly Bound[];
  /** Kept prepared on each connection; only for texts that do not depend on what is asked. */
  readonly prepared?: boolean;
}

const asText = { getTypeParser: () => (value: unknown) => value };
/** Names by text: short, so that they fit an identifier whatever the collection is called. */
const preparedNames = new Map<string, string>();
const mostPrepared = 2_000;

/** One connection in use. Statements sent without waiting for each other leave together and are answered in order. */
export class PostgresqlSession {
  readonly client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.client = client;
  }

  async rows({ text, values, prepared }: Statement): Promise<Rows> {
    const name = prepared ? preparedName(text) : undefined;
    const config = { text, values: [...values], rowMode: 'array' as const, types: asText };
    const result = await this.client.query<(string | null)[]>(
      name === undefined ? config : { ...config, name },
    );
    return result.rows;
  }
}

function preparedName(text: string): string | undefined {
  let name = preparedNames.get(text);
  if (name === undefined && preparedNames.size < mostPrepared) {
    name = `s${preparedNames.size}`;
    preparedNames.set(text, name);
  }
  return name;
}

export interface Lease {
  readonly session: PostgresqlSession;
  /** Gives the connection back; answers what the caller is to throw in place of `error`. */
  readonly release: (error?: unknown) => unknown;
}

const defaultMax = 20;
const defaultAcquireTimeout = 5_000;
/** How long it may take to cancel what runs on another connection, milliseconds. */
const cancelTimeout = 2_000;
const drainPause = 50;

/** The connections: bounded, made anew after the server was away, with credentials that can change. */
export class PostgresqlConnections {
  readonly #options: PostgresqlOptions;
  #credentials: DatabaseCredentials | undefined;
  #pool: pg.Pool;
  /** Those of earlier credentials, until what they lent has come back. */
  readonly #retired = new Set<Promise<void>>();
  #active = 0;

  constructor(options: PostgresqlOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
    this.#pool = createPool(options, this.clientConfig());
  }

  get max(): number {
    return this.#options.pool?.max ?? defaultMax;
  }

  get active(): number {
    return this.#active;
  }

  get idle(): number {
    return this.#pool.idleCount;
  }

  /** For connections that are not the pool's. */
  clientConfig(): pg.ClientConfig {
    return clientConfig(this.#options, this.#credentials);
  }

  /** Goes over to other credentials once they work; what runs on the old ones, or waits for them, may finish. */
  async reconnect(credentials: DatabaseCredentials): Promise<void> {
    const config = clientConfig(this.#options, credentials);
    const trial = new pg.Client({ ...config, connectionTimeoutMillis: acquireTimeout(this.#options) });
    trial.on('error', () => undefined);
    try {
      await trial.connect();
    } catch (error) {
      throw toConnectError(error);
    } finally {
      await trial.end().catch(() => undefined);
    }
    this.#credentials = credentials;
    const retired = drain(this.#pool);
    this.#pool = createPool(this.#options, config);
    this.#retired.add(retired);
    void retired.then(() => this.#retired.delete(retired));
  }

  /**
   * Lends a connection until `release`. At the call's deadline, or when its client went away, what runs on it is
   * cancelled on the server, and the connection is dropped.
   */
  async acquire(call: Call | undefined): Promise<Lease> {
    if (hasEnded(call)) throw reasonOfEnd(call);
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw toConnectError(error);
    });
    if (hasEnded(call)) {
      client.release();
      throw reasonOfEnd(call);
    }
    this.#active += 1;
    const watch = call && this.#watch(call, client);
    return {
      session: new PostgresqlSession(client),
      release: (error) => {
        this.#active -= 1;
        watch?.stop();
        client.release(watch?.fired === true || isConnectionLost(error));
        return watch?.fired ? reasonOfEnd(call) : error;
      },
    };
  }

  /** A connection for as long as `use` runs. */
  async use<T>(call: Call | undefined, use: (session: PostgresqlSession) => Promise<T>): Promise<T> {
    const lease = await this.acquire(call);
    let result: T;
    try {
      result = await use(lease.session);
    } catch (error) {
      throw lease.release(error);
    }
    lease.release();
    return result;
  }

  /** One statement on any connection. */
  rows(statement: Statement, call: Call | undefined): Promise<Rows> {
    return this.use(call, (session) => session.rows(statement));
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), ...this.#retired]);
  }

  /** Ends what runs on a connection, over one of its own; where that fails, the connection is cut. */
  async cancel(client: pg.Client | pg.PoolClient): Promise<void> {
    const { processID } = client as typeof client & { readonly processID: number | null };
    const canceller = new pg.Client({ ...this.clientConfig(), connectionTimeoutMillis: cancelTimeout });
    canceller.on('error', () => undefined);
    try {
      await canceller.connect();
      await canceller.query({ ...cancelStatement, values: [processID] });
    } catch {
      (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    } finally {
      await canceller.end().catch(() => undefined);
    }
  }

  #watch(call: Call, client: pg.PoolClient): { readonly fired: boolean; readonly stop: () => void } {
    const state = { fired: false, stop: () => undefined as undefined };
    const fire = (): void => {
      state.fired = true;
      void this.cancel(client);
    };
    const timer = setTimeout(fire, Math.max(0, call.deadline - Date.now()));
    call.signal.addEventListener('abort', fire, { once: true });
    state.stop = () => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', fire);
      return undefined;
    };
    return state;
  }
}

const cancelStatement = { text: 'SELECT pg_cancel_backend($1)', query_timeout: cancelTimeout };

function acquireTimeout({ pool }: PostgresqlOptions): number {
  return pool?.acquireTimeoutMs ?? defaultAcquireTimeout;
}

function createPool(options: PostgresqlOptions, config: pg.ClientConfig): pg.Pool {
  const timeout = acquireTimeout(options);
  const settings = { text: sessionSettings(options), query_timeout: timeout };
  const pool = new pg.Pool({
    ...config,
    max: options.pool?.max ?? defaultMax,
    connectionTimeoutMillis: timeout,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    onConnect: async (client) => {
      await client.query(settings);
    },
  });
  // A connection that breaks while nobody uses it is dropped by the pool; the next one that is needed tells.
  pool.on('error', () => undefined);
  // One that breaks while it is lent says so to the statement that runs; unheard, the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Ends a pool after whoever waits for a connection of it has got one: `end` alone would leave them waiting. */
async function drain(pool: pg.Pool): Promise<void> {
  while (pool.waitingCount > 0) await new Promise((resolve) => setTimeout(resolve, drainPause));
  await pool.end();
}

function isConnectionLost(error: unknown): boolean {
  return error !== undefined && toServiceError(error).code === 'CONNECTION_ERROR';
}
