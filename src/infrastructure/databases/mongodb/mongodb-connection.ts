import { type Collection, type Db, MongoClient, type TopologyDescription } from 'mongodb';
import type { Topology } from '../../../application/ports/database-adapter.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { clientOptions, defaultPoolSize } from './mongodb-client-options.ts';
import { type DeploymentKind, describeDeployment, kindOf } from './mongodb-deployment.ts';
import { toServiceError } from './mongodb-errors.ts';
import type { MongodbCredentials, MongodbOptions } from './mongodb-options.ts';
import type { BsonDocument } from './mongodb-values.ts';

export interface PoolCounts {
  readonly active: number;
  readonly idle: number;
  readonly max: number;
}

/** The connected client; made on first use, replaced when the credentials change. */
export class MongodbConnection {
  readonly #options: MongodbOptions;
  #credentials: MongodbCredentials | undefined;
  #client: Promise<MongoClient> | undefined;
  readonly #retired = new Set<MongoClient>();
  readonly #dbs = new WeakMap<MongoClient, Db>();
  readonly #pools = new WeakMap<MongoClient, { open: number; used: number }>();
  #current: MongoClient | undefined;
  readonly #deployments = new WeakMap<MongoClient, TopologyDescription>();

  constructor(options: MongodbOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
  }

  /** Connects on first use; a failed attempt is made again by the next call. CONNECTION_ERROR when there is no server. */
  async client(): Promise<MongoClient> {
    this.#client ??= this.#connect(this.#credentials).catch((error: unknown) => {
      this.#client = undefined;
      throw refused(error);
    });
    return this.#client;
  }

  async db(): Promise<Db> {
    const client = await this.client();
    const known = this.#dbs.get(client);
    if (known !== undefined) return known;
    // Making a handle reads all options anew; one lasts as long as its client.
    const db = client.db(databaseName(this.#options));
    this.#dbs.set(client, db);
    return db;
  }

  async collection(name: string): Promise<Collection<BsonDocument>> {
    const db = await this.db();
    return db.collection<BsonDocument>(name);
  }

  /** Goes over to other credentials once they work; what runs on the old ones may finish. */
  async reconnect(credentials: MongodbCredentials): Promise<void> {
    const next = await this.#connect(credentials).catch((error: unknown) => {
      throw refused(error);
    });
    const before = this.#client;
    this.#credentials = credentials;
    this.#client = Promise.resolve(next);
    this.#current = next;
    const old = await before?.catch(() => undefined);
    if (old !== undefined) this.#retire(old);
  }

  isOpen(): boolean {
    return this.#current !== undefined && this.#client !== undefined;
  }

  /** What kind of deployment answers, as far as that is known yet. */
  kind(): DeploymentKind | undefined {
    return kindOf(this.#deployment());
  }

  /** The servers as the driver sees them now. */
  members(): Topology | undefined {
    return describeDeployment(this.#deployment());
  }

  #deployment(): TopologyDescription | undefined {
    return this.#current && this.#deployments.get(this.#current);
  }

  counts(): PoolCounts {
    const pool = this.#current && this.#pools.get(this.#current);
    const max = this.#options.pool?.max ?? defaultPoolSize;
    return { active: pool?.used ?? 0, idle: Math.max(0, (pool?.open ?? 0) - (pool?.used ?? 0)), max };
  }

  async close(): Promise<void> {
    const current = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    const clients = [...this.#retired, ...(current === undefined ? [] : [current])];
    this.#retired.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  async #connect(credentials: MongodbCredentials | undefined): Promise<MongoClient> {
    const client = new MongoClient(this.#options.uri, clientOptions(this.#options, credentials));
    this.#countConnections(client);
    client.on('topologyDescriptionChanged', ({ newDescription }) => {
      this.#deployments.set(client, newDescription);
    });
    try {
      await client.connect();
      await client.db('admin').command({ ping: 1 });
    } catch (error) {
      await client.close();
      throw error;
    }
    this.#current = client;
    return client;
  }

  #retire(client: MongoClient): void {
    this.#retired.add(client);
    const timer = setTimeout(() => {
      this.#retired.delete(client);
      client.close().catch(() => undefined);
    }, this.#options.drainMs ?? 30_000);
    timer.unref();
  }

  #countConnections(client: MongoClient): void {
    const pool = { open: 0, used: 0 };
    this.#pools.set(client, pool);
    client.on('connectionCreated', () => {
      pool.open += 1;
    });
    client.on('connectionClosed', () => {
      pool.open -= 1;
    });
    client.on('connectionCheckedOut', () => {
      pool.used += 1;
    });
    client.on('connectionCheckedIn', () => {
      pool.used -= 1;
    });
  }
}

/** Whatever goes wrong on the way to a working connection, the caller has none. */
function refused(error: unknown): ServiceError {
  const mapped = toServiceError(error);
  if (mapped.code === 'CONNECTION_ERROR') return mapped;
  return new ServiceError('CONNECTION_ERROR', 'MongoDB does not accept the connection', {}, error);
}

/** The database in the address, else the one that is configured. */
function databaseName({ uri, database }: MongodbOptions): string {
  const inAddress = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(uri)?.[1];
  return inAddress === undefined ? (database ?? 'documents') : decodeURIComponent(inAddress);
}
