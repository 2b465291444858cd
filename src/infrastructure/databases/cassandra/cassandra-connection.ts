import { Client, types } from 'cassandra-driver';
import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import { clientOptions, consistencyOf } from './cassandra-client-options.ts';
import { hasTimedOut, isWorthRetrying, toServiceError } from './cassandra-errors.ts';
import { createTables } from './cassandra-layout.ts';
import type { CassandraCredentials, CassandraOptions } from './cassandra-options.ts';
import { StatementGate } from './statement-gate.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface ExecuteOptions {
  readonly consistency?: CassandraOptions['consistency']['read'] | 'serial' | 'localSerial';
  readonly idempotent?: boolean;
  /** Send it to a node that has the partition of this id. */
  readonly near?: string;
  /** Others wait for it: it does not stand in line. */
  readonly urgent?: boolean;
}

/** One page of rows and where the next starts; undefined: this was the last. */
export interface Page {
  readonly rows: readonly types.Row[];
  readonly columns: readonly { readonly name: string }[];
  readonly next: string | undefined;
}

const maxAttempts = 5;
const longestMs = 60_000;
/** With less time left another attempt is not worth it. */
const leastMs = 50;
/** How long what runs on retired credentials may take. */
const drainMs = 30_000;

/** The session with the cluster: connects on first use, makes the tables, retries what was refused, maps errors. */
export class CassandraConnection {
  readonly options: CassandraOptions;
  readonly #gate: StatementGate;
  readonly #retired = new Map<Client, NodeJS.Timeout>();
  #credentials: CassandraCredentials | undefined;
  #opening: Promise<Client> | undefined;
  #client: Client | undefined;

  constructor(options: CassandraOptions) {
    this.options = options;
    this.#credentials = options.credentials;
    this.#gate = new StatementGate(options.statements);
  }

  /** Rows of a prepared statement; writes at the write consistency. */
  async run(statement: Statement, call: Call, options: ExecuteOptions = {}): Promise<readonly types.Row[]> {
    const { idempotent = false, near, urgent } = options;
    const result = await this.#retried(call, { idempotent, urgent }, (client, readTimeout) =>
      client.execute(statement.text, [...statement.values], {
        prepare: true,
        consistency: consistencyOf(options.consistency ?? this.options.consistency.write),
        isIdempotent: idempotent,
        autoPage: false,
        readTimeout,
        ...(near !== undefined && { routingKey: Buffer.from(near) }),
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
    const result = await this.#retried(call, { idempotent: true }, (client, readTimeout) =>
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
    options: { readonly logged: boolean; readonly urgent?: boolean },
  ): Promise<void> {
    const queries = statements.map(({ text, values }) => ({ query: text, params: [...values] }));
    await this.#retried(call, { idempotent: true, urgent: options.urgent }, (client, readTimeout) =>
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
    const result = await this.#retried(call, { idempotent: false }, (client, readTimeout) =>
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
        this.#retried(call, { idempotent: true }, (session, readTimeout) =>
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
    await this.#retried(call, { idempotent: true }, (client, readTimeout) =>
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

  /** Goes over to other credentials once they work; what runs on the old ones may finish. */
  async reconnect(credentials: CassandraCredentials): Promise<void> {
    const next = new Client(clientOptions(this.options, credentials));
    try {
      await next.connect();
      await createTables(next, this.options);
    } catch (error) {
      await next.shutdown().catch(() => undefined);
      throw toServiceError(error);
    }
    // A first connection that is under way would otherwise take the place of the next one when it is made.
    while (this.#opening !== undefined && this.#client === undefined)
      await this.#opening.catch(() => undefined);
    const old = this.#client;
    this.#credentials = credentials;
    this.#opening = Promise.resolve(next);
    this.#client = next;
    if (old !== undefined) this.#retire(old);
  }

  async close(): Promise<void> {
    const client = await this.#opening?.catch(() => undefined);
    this.#client = undefined;
    this.#opening = undefined;
    for (const timer of this.#retired.values()) clearTimeout(timer);
    const clients = [...this.#retired.keys(), ...(client === undefined ? [] : [client])];
    this.#retired.clear();
    await Promise.all(clients.map((one) => one.shutdown()));
  }

  async #open(): Promise<Client> {
    const client = new Client(clientOptions(this.options, this.#credentials));
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

  #retire(client: Client): void {
    const timer = setTimeout(() => {
      this.#retired.delete(client);
      client.shutdown().catch(() => undefined);
    }, drainMs);
    this.#retired.set(client, timer.unref());
  }

  async #retried<T>(
    call: Call,
    { idempotent, urgent = false }: { readonly idempotent: boolean; readonly urgent?: boolean | undefined },
    run: (client: Client, readTimeout: number) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      call.signal.throwIfAborted();
      const client = this.#client ?? (await this.client());
      const once = (): Promise<T> => run(client, timeLeft(call));
      try {
        return await (urgent ? once() : this.#gate.run(call, once));
      } catch (error) {
        const retriable = isWorthRetrying(error) || (idempotent && hasTimedOut(error));
        if (attempt >= maxAttempts || timeLeft(call) < leastMs || !retriable) throw toServiceError(error);
      }
      await pause(attempt + 2, call);
    }
  }
}

function timeLeft({ deadline }: Call): number {
  return Math.max(1, Math.min(longestMs, deadline - Date.now()));
}
