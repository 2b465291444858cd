import { connect, isIP, type Socket } from 'node:net';
import mysql, { type ConnectionOptions } from 'mysql2';
import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseCredentials } from '../../../application/ports/database-adapter.ts';
import { reasonOfEnd } from '../sql/call-end.ts';
import { toServiceError } from './mysql-errors.ts';
import type { MysqlFlavour } from './mysql-flavour.ts';
import type { MysqlOptions, MysqlTls } from './mysql-options.ts';
import { MysqlPool, type Pooled } from './mysql-pool.ts';
import { MysqlSession } from './mysql-session.ts';

/** Prepared statements that one connection keeps; the server's bound is for all connections together. */
const keptStatements = 250;
const defaultMax = 20;
/** How long the statements may take that only prepare or end the work of others, milliseconds. */
const serviceTimeout = 5_000;
const killTimeout = 2_000;
const keepAliveDelay = 30_000;

/** The connections to one database: made anew after the server was away, with credentials that can change. */
export class MysqlConnections {
  readonly #options: MysqlOptions;
  readonly #flavour: MysqlFlavour;
  readonly #pool: MysqlPool;
  #credentials: DatabaseCredentials | undefined;

  constructor(options: MysqlOptions, flavour: MysqlFlavour) {
    this.#options = options;
    this.#flavour = flavour;
    this.#credentials = options.credentials;
    this.#pool = new MysqlPool({
      database: flavour.name,
      max: this.max,
      acquireTimeoutMs: options.pool?.acquireTimeoutMs ?? 5_000,
      open: () => this.#connect(this.#credentials),
    });
  }

  get max(): number {
    return this.#options.pool?.max ?? defaultMax;
  }

  get idle(): number {
    return this.#pool.idle;
  }

  get active(): number {
    return this.#pool.active;
  }

  /** Goes over to other credentials once they work; what runs on the old ones may finish. */
  async reconnect(credentials: DatabaseCredentials): Promise<void> {
    const { connection } = await this.#connect(credentials);
    connection.end(() => undefined);
    this.#credentials = credentials;
    this.#pool.renew();
  }

  /**
   * Lends a connection for as long as `use` runs. At the call's deadline, or when its client went away, what runs on
   * the connection is killed on the server.
   */
  async use<T>(call: Call | undefined, use: (session: MysqlSession) => Promise<T>): Promise<T> {
    const pooled = await this.#pool.acquire(call);
    const watch = call && this.#watch(call, pooled);
    try {
      return await use(pooled.session);
    } catch (error) {
      const told = toServiceError(error, this.#flavour.name);
      if (told.code === 'CONNECTION_ERROR') pooled.broken = true;
      throw watch?.fired ? reasonOfEnd(call) : told;
    } finally {
      await watch?.stop();
      this.#pool.release(pooled);
    }
  }

  /** Like `use` for a stream, which may be left early: then the statement is killed and the connection dropped. */
  async *stream<T>(
    call: Call,
    use: (session: MysqlSession) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const pooled = await this.#pool.acquire(call);
    const watch = this.#watch(call, pooled);
    let finished = false;
    try {
      const { streamSettings } = this.#flavour;
      if (streamSettings) await pooled.session.command(streamSettings.before);
      yield* use(pooled.session);
      if (streamSettings) await pooled.session.command(streamSettings.after);
      finished = true;
    } catch (error) {
      finished = true;
      const told = toServiceError(error, this.#flavour.name);
      // Its settings are still those of streams.
      if (told.code === 'CONNECTION_ERROR' || this.#flavour.streamSettings) pooled.broken = true;
      throw watch.fired ? reasonOfEnd(call) : told;
    } finally {
      await watch.stop();
      if (!finished) {
        void this.#kill(pooled);
        pooled.broken = true;
      }
      this.#pool.release(pooled);
    }
  }

  /** Waits for the connections that are in use, then closes all. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #connect(credentials: DatabaseCredentials | undefined): Promise<Pooled> {
    const connection = mysql.createConnection(connectionOptions(this.#options, credentials));
    const pooled: Pooled = { connection, session: new MysqlSession(connection), broken: false };
    connection.on('error', () => {
      pooled.broken = true;
    });
    try {
      await new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error ? reject(error) : resolve()));
      });
      for (const setting of this.#settings()) await pooled.session.command(setting, serviceTimeout);
      return pooled;
    } catch (error) {
      connection.destroy();
      throw toServiceError(error, this.#flavour.name);
    }
  }

  #settings(): readonly string[] {
    const limit = Math.max(0, Math.floor(this.#options.statementTimeoutMs ?? 0));
    const bound = limit > 0 ? [`SET SESSION max_execution_time = ${limit}`] : [];
    return [...this.#flavour.sessionSettings, ...bound];
  }

  #watch(call: Call, pooled: Pooled): { readonly fired: boolean; readonly stop: () => Promise<void> } {
    let killing: Promise<void> = Promise.resolve();
    const state = {
      fired: false,
      stop: async () => {
        clearTimeout(timer);
        call.signal.removeEventListener('abort', fire);
        await killing;
      },
    };
    const fire = (): void => {
      if (state.fired) return;
      state.fired = true;
      killing = this.#kill(pooled);
    };
    const timer = setTimeout(fire, Math.min(2 ** 31 - 1, Math.max(0, call.deadline - Date.now())));
    call.signal.addEventListener('abort', fire);
    return state;
  }

  /** `KILL QUERY` goes over a connection of its own; where it fails, the connection is cut. */
  async #kill(pooled: Pooled): Promise<void> {
    const options = connectionOptions(this.#options, this.#credentials);
    const killer = mysql.createConnection({ ...options, connectTimeout: killTimeout });
    killer.on('error', () => undefined);
    const sql = `KILL QUERY ${Number(pooled.connection.threadId)}`;
    await new Promise<void>((resolve) => {
      killer.query({ sql, timeout: killTimeout }, (error) => {
        if (error) cut(pooled);
        if (error) killer.destroy();
        else killer.end(() => undefined);
        resolve();
      });
    });
  }
}

/** Ends a connection so that what waits on it fails; the driver's own `destroy` leaves it waiting. */
function cut(pooled: Pooled): void {
  pooled.broken = true;
  const { stream } = pooled.connection as Pooled['connection'] & {
    readonly stream?: { destroy(error: Error): void };
  };
  stream?.destroy(new Error('the connection was closed'));
}

function connectionOptions(
  { uri, tls, connectTimeoutMs }: MysqlOptions,
  credentials: DatabaseCredentials | undefined,
): ConnectionOptions {
  const url = new URL(uri);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 3306);
  return {
    host,
    port,
    user: credentials?.username ?? decodeURIComponent(url.username),
    password: credentials?.password ?? decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    connectTimeout: connectTimeoutMs ?? 5_000,
    enableKeepAlive: true,
    keepAliveInitialDelay: keepAliveDelay,
    maxPreparedStatements: keptStatements,
    rowsAsArray: true,
    jsonStrings: true,
    dateStrings: true,
    supportBigNumbers: true,
    multipleStatements: false,
    flags: ['-LOCAL_FILES'],
    charset: 'UTF8MB4_BIN',
    ...(tls && { ssl: tlsOptions(tls) }),
    ...(tls && isIP(host) !== 0 && { stream: () => addressedSocket(host, port) }),
  };
}

/**
 * A socket that knows the address which it was given. The driver names no host to TLS when that is an address, and Node
 * would look for `localhost` in the certificate.
 */
function addressedSocket(host: string, port: number): Socket {
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveDelay,
  });
  return Object.assign(socket, { _host: host });
}

function tlsOptions({ verify, ca, cert, key }: MysqlTls): NonNullable<ConnectionOptions['ssl']> {
  return {
    rejectUnauthorized: verify ?? true,
    // Otherwise the driver takes a certificate of any name.
    verifyIdentity: verify ?? true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
