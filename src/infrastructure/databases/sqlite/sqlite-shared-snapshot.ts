import type { SqliteConnection } from './sqlite-connection.ts';

/**
 * Lets the point reads of one turn of the event loop share one snapshot, so that SQLite locks the file once for all of
 * them; the locks are half of what such a read costs. A commit of this process ends the snapshot, so that nobody misses
 * a write that was acknowledged before.
 */
export class SqliteSharedSnapshot {
  readonly #connection: SqliteConnection;
  #reads = 0;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** To be called before each read. The first of a turn stands alone, as most do when the service is not busy. */
  join(): void {
    this.#reads += 1;
    if (this.#reads === 1) setImmediate(this.end);
    else if (this.#reads === 2) this.#connection.prepare('BEGIN').run();
  }

  /** The next read sees what is committed by then. */
  readonly end = (): void => {
    this.#reads = 0;
    if (this.#connection.db.isOpen && this.#connection.db.isTransaction)
      this.#connection.prepare('COMMIT').run();
  };
}
