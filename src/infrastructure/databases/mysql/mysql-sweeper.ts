import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import { backgroundCall } from '../background-call.ts';
import { removedKind } from '../position-refusal.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { keyColumns, specialColumn } from './mysql-index-columns.ts';
import type { StoredIndex } from './mysql-ledger.ts';
import { ledgerTables } from './mysql-tables.ts';
import { toDocument } from './mysql-writes.ts';

interface SweeperOptions {
  readonly interval: number;
  readonly keptChanges: number;
  readonly changeAge: number;
}

const documentsAtOnce = 200;
const changesAtOnce = 2_000;
const day = 86_400_000;

/** Removes expired documents and old changes from time to time; one process at a time, by a lock of the server. */
export class MysqlSweeper {
  readonly #database: MysqlDatabase;
  readonly #operations: DocumentOperations<SqlFragment>;
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(database: MysqlDatabase, operations: DocumentOperations<SqlFragment>, options: SweeperOptions) {
    this.#database = database;
    this.#operations = operations;
    this.#options = options;
  }

  start(): void {
    if (this.#options.interval <= 0) return;
    this.#timer = setInterval(() => {
      this.#running = this.sweep().catch(() => undefined);
    }, this.#options.interval);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async sweep(): Promise<void> {
    await this.#database.open();
    await this.#database.exclusively('sweep', async () => {
      await this.#prune();
      const rows = await this.#database.rows(
        sql`SELECT DISTINCT collection FROM ${this.#database.indexesTable} WHERE state = 'ready'`,
        undefined,
      );
      for (const [collection] of rows)
        for (const index of await this.#database.ledger.indexes(String(collection)))
          if (index.expireAfterSeconds !== undefined) await this.#expire(String(collection), index);
    });
  }

  /** The newest of the removed changes stays as a mark, see `removedKind`. */
  async #prune(): Promise<void> {
    const before = new Date(Date.now() - this.#options.changeAge).toISOString();
    const { outbox } = ledgerTables;
    const [row] = await this.#database.rows(sql`SELECT COALESCE(MAX(seq), 0) FROM ${outbox}`, undefined);
    const last = Number(row?.[0] ?? 0) - this.#options.keptChanges;
    const isOld = sql`(seq <= ${last} OR occurred_at < ${before})`;
    const most = this.#database.limitOf(changesAtOnce);
    const old = await this.#database.rows(
      sql`SELECT seq FROM ${outbox} WHERE ${isOld} ORDER BY seq LIMIT ${most}`,
      undefined,
    );
    const newest = Number(old.at(-1)?.[0] ?? 0);
    const mark = sql`UPDATE ${outbox} SET kind = ${removedKind}, data = NULL, metadata = NULL WHERE seq = ${newest}`;
    if (old.length > 0) await this.#database.rows(mark, undefined);
    if (old.length > 1)
      await this.#database.rows(sql`DELETE FROM ${outbox} WHERE seq < ${newest} AND ${isOld}`, undefined);
  }

  /** RFC 3339 texts sort by time but for their time zones, so a day more is read and each date is looked at. */
  async #expire(collection: string, index: StoredIndex): Promise<void> {
    const path = index.keys[0]?.path;
    if (path === undefined || index.expireAfterSeconds === undefined) return;
    const latest = Date.now() - index.expireAfterSeconds * 1000;
    const until = new Date(latest + day).toISOString();
    const columns = keyColumns(index.number, 0);
    const special = specialColumn(index.number);
    const rows = await this.#database.rows(
      sql`SELECT id, data, version, created_at, updated_at, metadata FROM ${this.#database.tableOf(collection)} WHERE (${special} = 0 AND ${columns.rank} = 3 AND ${columns.number} = 0 AND ${columns.text} >= '0' AND ${columns.text} < ${until}) OR ${special} = 1 LIMIT ${this.#database.limitOf(documentsAtOnce)}`,
      undefined,
    );
    const expired = rows
      .map((found) => toDocument(collection, found))
      .filter((document) => {
        const [date] = sortKey(flatView(document), [{ path, direction: 1 }]);
        return typeof date === 'string' && Date.parse(date) <= latest;
      });
    const call = backgroundCall(day);
    const removals = expired.map(({ id, version }) => ({
      id,
      change: { kind: 'remove' } as const,
      expectedVersion: version,
      where: undefined,
      insert: undefined,
    }));
    await this.#operations.modify(collection, removals, call, { ordered: false });
  }
}
