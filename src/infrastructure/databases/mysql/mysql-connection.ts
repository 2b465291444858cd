import mysql, { type Connection, type ConnectionOptions } from 'mysql2';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { toServiceError } from './mysql-errors.ts';
import type { MysqlFlavour } from './mysql-flavour.ts';
import type { MysqlOptions, MysqlTls } from './mysql-options.ts';
import { MysqlSession } from './mysql-session.ts';

/** Prepared statements that one connection keeps; the server's bound is for all connections together. */
const keptStatements = 250;

interface Pooled {
  readonly connection: Connection;
  readonly session: MysqlSession;
  broken: boolean;
}

interface Waiter {
  readonly give: (pooled: Pooled) => void;
  readonly fail: (error: ServiceError) => void;
}

/** The pool of connections: bounded, made anew after the server was away, with credentials asked for each. */
export class MysqlConnections {
  readonly #options: MysqlOptions;
  readonly #flavour: MysqlFlavour;
  readonly #idle: Pooled[] = [];
  readonly #waiting: Waiter[] = [];
  #open = 0;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(options: MysqlOptions, flavour: MysqlFlavour) {
    this.#options = options;
    this.#flavour = flavour;
  }

  get max(): number {
    return this.#options.pool?.max ?? 20;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get active(): number {
    return this.#open - this.#idle.length;
  }

  /**
   * Lends a connection for as long as `use` runs. At the call's deadline, or when its client went away, what runs on
   * the connection is killed on the server.
   */
  async use<T>(call: Call | undefined, use: (session: MysqlSession) => Promise<T>): Promise<T> {
    if (call?.signal.aborted) throw abortReason(call);
    const pooled = await this.#acquire();
    const watch = call && this.#watch(call, pooled);
    try {
      return await use(pooled.session);
    } catch (error) {
      const told = toServiceError(error, this.#flavour.name);
      if (told.code === 'CONNECTION_ERROR') pooled.broken = true;
      throw watch?.fired ? abortReason(call) : told;
    } finally {
      await watch?.stop();
      this.#release(pooled);
    }
  }

  /** Like `use` for a stream, which may be left early: then the statement is killed and the connection dropped. */
  async *stream<T>(
    call: Call,
    use: (session: MysqlSession) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    if (call.signal.aborted) throw abortReason(call);
    const pooled = await this.#acquire();
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
      throw watch.fired ? abortReason(call) : told;
    } finally {
      await watch.stop();
      if (!finished) {
        void this.#kill(pooled);
        pooled.broken = true;
      }
      this.#release(pooled);
    }
  }

  /** Waits for the connections that are in use, then closes all. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { connection } of this.#idle.splice(0)) {
      this.#open -= 1;
      connection.end(() => undefined);
    }
    for (const waiter of this.#waiting.splice(0))
      waiter.fail(new ServiceError('CONNECTION_ERROR', 'the database was closed'));
    if (this.#open > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
  }

  async #acquire(): Promise<Pooled> {
    if (this.#closed) throw new ServiceError('CONNECTION_ERROR', 'the database was closed');
    for (let pooled = this.#idle.pop(); pooled !== undefined; pooled = this.#idle.pop()) {
      if (!pooled.broken) return pooled;
      this.#open -= 1;
    }
    if (this.#open >= this.max) return this.#wait();
    this.#open += 1;
    try {
      return await this.#connect();
    } catch (error) {
      this.#open -= 1;
      this.#wake();
      throw toServiceError(error, this.#flavour.name);
    }
  }

  #wait(): Promise<Pooled> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
      };
      const waiter: Waiter = {
        give: (pooled) => {
          clearTimeout(timer);
          resolve(pooled);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const message = `no connection to ${this.#flavour.name} became free in time`;
      const timer = setTimeout(
        () => waiter.fail(new ServiceError('CONNECTION_ERROR', message, { database: this.#flavour.name })),
        this.#options.pool?.acquireTimeoutMs ?? 5_000,
      );
      this.#waiting.push(waiter);
    });
  }

  #release(pooled: Pooled): void {
    if (pooled.broken || this.#closed) {
      this.#open -= 1;
      if (pooled.broken) pooled.connection.destroy();
      else pooled.connection.end(() => undefined);
      if (this.#open === 0) this.#drained?.();
      this.#wake();
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#idle.push(pooled);
    else waiter.give(pooled);
  }

  /** A place became free although no connection did. */
  #wake(): void {
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) this.#acquire().then(waiter.give, waiter.fail);
  }

  async #connect(): Promise<Pooled> {
    const connection = mysql.createConnection(this.#connectionOptions());
    const pooled: Pooled = { connection, session: new MysqlSession(connection), broken: false };
    connection.on('error', () => {
      pooled.broken = true;
    });
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    try {
      for (const setting of this.#flavour.sessionSettings) await pooled.session.command(setting);
      const limit = Math.max(0, Math.floor(this.#options.statementTimeoutMs ?? 0));
      if (limit > 0) await pooled.session.command(`SET SESSION max_execution_time = ${limit}`);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return pooled;
  }

  #connectionOptions(): ConnectionOptions {
    const { uri, tls, credentials, connectTimeoutMs } = this.#options;
    const url = new URL(uri);
    const given = credentials?.();
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 3306),
      user: given?.user ?? decodeURIComponent(url.username),
      password: given?.password ?? decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      connectTimeout: connectTimeoutMs ?? 5_000,
      maxPreparedStatements: keptStatements,
      rowsAsArray: true,
      jsonStrings: true,
      dateStrings: true,
      supportBigNumbers: true,
      multipleStatements: false,
      flags: ['-LOCAL_FILES'],
      charset: 'UTF8MB4_BIN',
      ...(tls && { ssl: tlsOptions(tls) }),
    };
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
    const { threadId } = pooled.connection;
    const killer = mysql.createConnection({ ...this.#connectionOptions(), connectTimeout: 2_000 });
    killer.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      killer.query(`KILL QUERY ${Number(threadId)}`, (error) => {
        if (error) cut(pooled);
        killer.end(() => undefined);
        resolve();
      });
    });
  }
}

/** Ends a connection so that what waits on it fails; the driver's own `destroy` leaves it waiting. */
function cut(pooled: Pooled): void {
  pooled.broken = true;
  const { stream } = pooled.connection as Connection & { readonly stream?: { destroy(error: Error): void } };
  stream?.destroy(new Error('the connection was closed'));
}

/** Why a call came to an end. */
function abortReason(call: Call | undefined): ServiceError {
  const reason: unknown = call?.signal.reason;
  if (reason instanceof ServiceError) return reason;
  return new ServiceError('QUERY_TIMEOUT', 'the query took longer than the request may');
}

function tlsOptions({ verify, ca, cert, key }: MysqlTls): NonNullable<ConnectionOptions['ssl']> {
  return {
    rejectUnauthorized: verify ?? true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
