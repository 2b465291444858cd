import pg from 'pg';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { toServiceError } from './postgresql-errors.ts';
import type { PostgresqlCredentials, PostgresqlOptions, PostgresqlTls } from './postgresql-options.ts';

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

/** The pool of connections: bounded, made anew after the server was away, with credentials asked for each. */
export class PostgresqlConnections {
  readonly #options: PostgresqlOptions;
  readonly #pool: pg.Pool;
  #active = 0;

  constructor(options: PostgresqlOptions) {
    this.#options = options;
    const clientConfig = (): pg.ClientConfig => this.clientConfig();
    this.#pool = new pg.Pool({
      Client: class extends pg.Client {
        constructor() {
          super(clientConfig());
        }
      },
      max: this.max,
      connectionTimeoutMillis: options.pool?.acquireTimeoutMs ?? 5_000,
      idleTimeoutMillis: 30_000,
      allowExitOnIdle: true,
      onConnect: async (client) => {
        await client.query(sessionSettings(options));
      },
    });
    // A connection that breaks while nobody uses it is dropped by the pool; the next one that is needed tells.
    this.#pool.on('error', () => undefined);
    // One that breaks while it is lent says so to the statement that runs; unheard, the event would end the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  get max(): number {
    return this.#options.pool?.max ?? 20;
  }

  get active(): number {
    return this.#active;
  }

  get idle(): number {
    return this.#pool.idleCount;
  }

  /** Asked for every new connection, so that credentials can change at run time. */
  clientConfig(): pg.ClientConfig {
    const { uri, tls, credentials } = this.#options;
    return {
      connectionString: withCredentials(uri, credentials?.()),
      pipeline: true,
      application_name: 'database-service',
      keepAlive: true,
      ...(tls && { ssl: tlsOptions(tls) }),
    };
  }

  /**
   * Lends a connection until `release`. At the call's deadline, or when its client went away, what runs on it is
   * cancelled on the server, and the connection is dropped.
   */
  async acquire(call: Call | undefined): Promise<Lease> {
    if (call?.signal.aborted) throw abortReason(call);
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw toServiceError(error);
    });
    this.#active += 1;
    const watch = call && this.#watch(call, client);
    return {
      session: new PostgresqlSession(client),
      release: (error) => {
        this.#active -= 1;
        watch?.stop();
        client.release(watch?.fired === true || isConnectionLost(error));
        return watch?.fired ? abortReason(call) : error;
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
    await this.#pool.end();
  }

  #watch(call: Call, client: pg.PoolClient): { readonly fired: boolean; readonly stop: () => void } {
    const state = { fired: false, stop: () => undefined as undefined };
    const fire = (): void => {
      state.fired = true;
      void this.#cancel(client);
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

  /** The protocol's own cancellation goes over a connection of its own; where it fails, the connection is cut. */
  async #cancel(client: pg.PoolClient): Promise<void> {
    const { processID } = client as pg.PoolClient & { readonly processID: number | null };
    const canceller = new pg.Client({ ...this.clientConfig(), connectionTimeoutMillis: 2_000 });
    canceller.on('error', () => undefined);
    try {
      await canceller.connect();
      await canceller.query('SELECT pg_cancel_backend($1)', [processID]);
    } catch {
      (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    } finally {
      await canceller.end().catch(() => undefined);
    }
  }
}

function isConnectionLost(error: unknown): boolean {
  return error !== undefined && toServiceError(error).code === 'CONNECTION_ERROR';
}

function abortReason(call: Call | undefined): ServiceError {
  const reason: unknown = call?.signal.reason;
  if (reason instanceof ServiceError) return reason;
  return new ServiceError('QUERY_TIMEOUT', 'the query took longer than the request may');
}

/** Times leave as UTC in ISO form, doubles in their shortest form, whatever the server's own settings are. */
function sessionSettings({ statementTimeoutMs = 0 }: PostgresqlOptions): string {
  const timeout = Math.max(0, Math.floor(statementTimeoutMs));
  return `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1; SET standard_conforming_strings = on;
    SET bytea_output = 'hex'; SET statement_timeout = ${timeout}; SET idle_in_transaction_session_timeout = 60000`;
}

function withCredentials(uri: string, credentials: PostgresqlCredentials | undefined): string {
  if (credentials === undefined) return uri;
  const url = new URL(uri);
  url.username = encodeURIComponent(credentials.user);
  url.password = encodeURIComponent(credentials.password);
  return url.href;
}

function tlsOptions({ verify, ca, cert, key }: PostgresqlTls): Exclude<pg.ClientConfig['ssl'], boolean> {
  return {
    rejectUnauthorized: verify ?? true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
