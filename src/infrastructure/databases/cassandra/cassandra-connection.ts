import { Client, type ClientOptions, types } from 'cassandra-driver';
import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import { isWorthRetrying, toServiceError } from './cassandra-errors.ts';
import { createTables } from './cassandra-layout.ts';
import type { CassandraOptions } from './cassandra-options.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface ExecuteOptions {
  readonly consistency?: CassandraOptions['consistency']['read'] | 'serial' | 'localSerial';
  readonly idempotent?: boolean;
  /** Send it to a node that has the partition of this id. */
  readonly near?: string;
}

/** One page of rows and where the next starts; undefined: this was the last. */
export interface Page {
  readonly rows: readonly types.Row[];
  readonly columns: readonly { readonly name: string }[];
  readonly next: string | undefined;
}

const maxAttempts = 5;
const longestMs = 60_000;

/** The session with the cluster: connects on first use, makes the tables, retries what was refused, maps errors. */
export class CassandraConnection {
  readonly options: CassandraOptions;
  #opening: Promise<Client> | undefined;
  #client: Client | undefined;

  constructor(options: CassandraOptions) {
    this.options = options;
  }

  /** Rows of a prepared statement; writes at the write consistency. */
  async run(statement: Statement, call: Call, options: ExecuteOptions = {}): Promise<readonly types.Row[]> {
    const result = await this.#retried(call, (client, readTimeout) =>
      client.execute(statement.text, [...statement.values], {
        prepare: true,
        consistency: consistencyOf(options.consistency ?? this.options.consistency.write),
        isIdempotent: options.idempotent ?? false,
        autoPage: false,
        readTimeout,
        ...(options.near !== undefined && { routingKey: Buffer.from(options.near) }),
      }),
    );
    return result.rows ?? [];
  }

  read(statement: Statement, call: Call): Promise<readonly types.Row[]> {
    return this.run(statement, call, { consistency: this.options.consistency.read, idempotent: true });
  }

  /** A read of a few partitions, sent to a node that has the one of `id`. */
  readNear(statement: Statement, id: string | undefined, call: Call): Promise<readonly types.Row[]> {
    const options = { consistency: this.options.consistency.read, idempotent: true };
    return this.run(statement, call, id === undefined ? options : { ...options, near: id });
  }

  /** Ids in groups of at most `most` whose partitions have the same first replica. */
  async byReplica(ids: readonly string[], most: number): Promise<readonly (readonly string[])[]> {
    const client = await this.client();
    const single = client.getState().getConnectedHosts().length <= 1;
    const replicaOf = (id: string): string =>
      single ? '' : (client.getReplicas(this.options.keyspace, Buffer.from(id))?.[0]?.address ?? '');
    return [...Map.groupBy(ids, replicaOf).values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / most) }, (_, at) =>
        group.slice(at * most, (at + 1) * most),
      ),
    );
  }

  /** A read that first finishes conditional writes that are under way: it sees what a timed-out write became. */
  readSerial(statement: Statement, call: Call): Promise<readonly types.Row[]> {
    return this.run(statement, call, { consistency: this.options.consistency.serial, idempotent: true });
  }

  async page(statement: Statement, fetchSize: number, state: string | undefined, call: Call): Promise<Page> {
    const result = await this.#retried(call, (client, readTimeout) =>
      client.execute(statement.text, [...statement.values], {
        prepare: true,
        consistency: consistencyOf(this.options.consistency.read),
        isIdempotent: true,
        autoPage: false,
        fetchSize,
        readTimeout,
        ...(state !== undefined && { pageState: state }),
      }),
    );
    return { rows: result.rows ?? [], columns: result.columns ?? [], next: result.pageState ?? undefined };
  }

  /** All statements or none, sooner or later; not isolated. `unlogged` is for statements of one partition. */
  async batch(
    statements: readonly Statement[],
    call: Call,
    options: { readonly logged: boolean },
  ): Promise<void> {
    const queries = statements.map(({ text, values }) => ({ query: text, params: [...values] }));
    await this.#retried(call, (client, readTimeout) =>
      client.batch(queries, {
        prepare: true,
        logged: options.logged,
        consistency: consistencyOf(this.options.consistency.write),
        isIdempotent: true,
        readTimeout,
      }),
    );
  }

  /** Conditional statements of one partition, all or none; whether their conditions held. */
  async conditionalBatch(statements: readonly Statement[], call: Call): Promise<boolean> {
    const queries = statements.map(({ text, values }) => ({ query: text, params: [...values] }));
    const result = await this.#retried(call, (client, readTimeout) =>
      client.batch(queries, {
        prepare: true,
        consistency: consistencyOf(this.options.consistency.write),
        readTimeout,
      }),
    );
    return result.rows?.[0]?.['[applied]'] === true;
  }

  /** A read of what each node keeps for itself; nodes that do not answer are left out. */
  async onEveryNode(statement: Statement, call: Call): Promise<readonly types.Row[]> {
    const client = await this.client();
    const hosts = client.getState().getConnectedHosts();
    const results = await Promise.all(
      hosts.map((host) =>
        this.#retried(call, (session, readTimeout) =>
          session.execute(statement.text, [...statement.values], {
            prepare: true,
            host,
            consistency: types.consistencies.one,
            isIdempotent: true,
            readTimeout,
          }),
        ).catch(() => undefined),
      ),
    );
    return results.flatMap((result) => result?.rows ?? []);
  }

  /** A statement that changes the schema; not prepared. */
  async define(text: string, call: Call): Promise<void> {
    await this.#retried(call, (client, readTimeout) =>
      client.execute(text, [], { prepare: false, isIdempotent: true, readTimeout }),
    );
  }

  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  async client(): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw toServiceError(error);
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    const client = await this.#opening?.catch(() => undefined);
    this.#client = undefined;
    this.#opening = undefined;
    await client?.shutdown();
  }

  async #open(): Promise<Client> {
    const client = new Client(clientOptions(this.options));
    try {
      await client.connect();
      await createTables(client, this.options);
    } catch (error) {
      await client.shutdown().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    return client;
  }

  async #retried<T>(call: Call, run: (client: Client, readTimeout: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      call.signal.throwIfAborted();
      const client = this.#client ?? (await this.client());
      const left = Math.min(longestMs, call.deadline - Date.now());
      try {
        return await run(client, Math.max(1, left));
      } catch (error) {
        if (attempt >= maxAttempts || left < 50 || !isWorthRetrying(error)) throw toServiceError(error);
      }
      await pause(attempt + 2, call);
    }
  }
}

function clientOptions(options: CassandraOptions): ClientOptions {
  const { credentials, tls, connectionsPerNode } = options;
  return {
    contactPoints: [...options.contactPoints],
    localDataCenter: options.localDataCenter,
    ...(credentials && { credentials: { ...credentials } }),
    ...(tls && { sslOptions: { ...tls } }),
    maxPrepared: 5000,
    encoding: { useUndefinedAsUnset: false },
    pooling: {
      coreConnectionsPerHost: {
        [types.distance.local]: connectionsPerNode,
        [types.distance.remote]: 1,
      },
      maxRequestsPerConnection: options.requestsPerConnection,
    },
    queryOptions: {
      serialConsistency: consistencyOf(options.consistency.serial),
    },
    socketOptions: { connectTimeout: options.connectTimeoutMs, tcpNoDelay: true },
  };
}

function consistencyOf(name: NonNullable<ExecuteOptions['consistency']>): types.consistencies {
  return types.consistencies[name];
}
