import type { SqliteDatabase } from './sqlite-database.ts';
import { readCollections, readIndexes } from './sqlite-ledger.ts';

export interface SweeperOptions {
  /** How often documents of TTL indexes are looked for, milliseconds. */
  readonly interval: number;
  /** Changes that the outbox keeps at most, and for how long, milliseconds. */
  readonly keptChanges: number;
  readonly changeAge: number;
}

/** Removes expired documents and old changes in the background, in steps small enough not to hold writers up. */
export class SqliteSweeper {
  readonly #database: SqliteDatabase;
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(database: SqliteDatabase, options: SweeperOptions) {
    this.#database = database;
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#running = this.#running.then(() => this.sweep()).catch(() => undefined);
    }, this.#options.interval).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One round over everything. */
  async sweep(): Promise<void> {
    const { local } = await this.#database.open();
    for (const collection of readCollections(local))
      for (const { definition } of readIndexes(local, collection)) {
        if (definition.expireAfterSeconds === undefined) continue;
        await this.#repeat({ kind: 'expire', collection, index: definition, now: Date.now() });
      }
    const before = new Date(Date.now() - this.#options.changeAge).toISOString();
    await this.#repeat({ kind: 'prune', keep: this.#options.keptChanges, before });
    if (!this.#stopped) await this.#database.shrinkWal();
  }

  async #repeat(job: Parameters<SqliteDatabase['write']>[0] & { kind: 'expire' | 'prune' }): Promise<void> {
    while (!this.#stopped) {
      const { removed } = await this.#database.write(job, undefined);
      if (removed === 0) return;
    }
  }
}
