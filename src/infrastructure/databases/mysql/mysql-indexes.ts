import type { Call } from '../../../application/ports/call.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { joinSql, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { hasErrno } from './mysql-errors.ts';
import { columnDefinitions } from './mysql-index-columns.ts';
import { addIndexSql, checkIndex, dropIndexSql } from './mysql-index-ddl.ts';
import { indexRecord, ledgerAge, type StoredIndex } from './mysql-ledger.ts';
import { ledgerTables } from './mysql-tables.ts';
import { buildUniqueKeys } from './mysql-unique-build.ts';

/** Asks for every column of the index, of no document. */
function probeSql(table: SqlFragment, { number, keys }: StoredIndex): SqlFragment {
  const columns = columnDefinitions(
    number,
    keys.map(({ path }) => path),
  ).map(({ name }) => name);
  return sql`SELECT ${joinSql(columns, ', ')} FROM ${table} WHERE id = ''`;
}

/** Neither a column nor an index of this name. */
const cannotDrop = 1091;

/**
 * Makes and drops indexes. The ledger says so first and every process hears of it; then the table is changed, which
 * waits for all transactions that began before.
 */
export class MysqlIndexes {
  readonly #database: MysqlDatabase;
  /** One change of indexes at a time in this process. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: MysqlDatabase) {
    this.#database = database;
  }

  create(collection: string, index: IndexDefinition, call: Call): Promise<void> {
    return this.#inTurn(async () => {
      checkIndex(index, this.#database.name);
      await this.#database.createTable(collection);
      const same = await this.#stored(collection, index.name, call);
      if (same !== undefined && indexRecord(same) !== indexRecord(index))
        throw new ServiceError('INDEX_ERROR', 'another index has this name', { index: index.name });
      if (same?.state === 'ready') return;
      if (same !== undefined) await this.#remove(collection, same, call);
      const stored = await this.#announce(collection, index, call);
      try {
        await this.#build(collection, stored, call);
      } catch (error) {
        await this.#remove(collection, stored, undefined).catch(() => undefined);
        throw error;
      }
    });
  }

  drop(collection: string, name: string, call: Call): Promise<void> {
    return this.#inTurn(async () => {
      const stored = await this.#stored(collection, name, call);
      if (stored === undefined)
        throw new ServiceError('INDEX_ERROR', 'there is no index of this name', { index: name });
      await this.#setState(stored, 'dropping', call);
      await this.#remove(collection, stored, call);
    });
  }

  /** The collection is gone. */
  async forgetAll(collection: string, call: Call): Promise<void> {
    const all = await this.#database.rows(
      sql`SELECT number FROM ${this.#database.indexesTable} WHERE collection = ${collection}`,
      call,
    );
    for (const [number] of all)
      await this.#database.rows(
        sql`DELETE FROM ${ledgerTables.uniqueKeys} WHERE index_number = ${Number(number)}`,
        call,
      );
    await this.#database.rows(
      sql`DELETE FROM ${this.#database.indexesTable} WHERE collection = ${collection}`,
      call,
    );
    this.#database.ledger.forget();
  }

  async #announce(collection: string, index: IndexDefinition, call: Call): Promise<StoredIndex> {
    await this.#database.rows(
      sql`INSERT INTO ${this.#database.indexesTable} (collection, name, state, definition) VALUES (${collection}, ${index.name}, 'building', ${indexRecord(index)})`,
      call,
    );
    const stored = await this.#stored(collection, index.name, call);
    if (stored === undefined)
      throw new ServiceError('INDEX_ERROR', 'the index was dropped meanwhile', { index: index.name });
    await this.#everybodyKnows();
    return stored;
  }

  async #build(collection: string, stored: StoredIndex, call: Call): Promise<void> {
    const table = this.#database.tableOf(collection);
    await this.#database.define(addIndexSql(table, stored.number, stored), probeSql(table, stored), call);
    if (stored.unique) await buildUniqueKeys(this.#database, collection, stored, call);
    await this.#setState(stored, 'ready', call);
  }

  async #setState(stored: StoredIndex, state: StoredIndex['state'], call: Call): Promise<void> {
    await this.#database.rows(
      sql`UPDATE ${this.#database.indexesTable} SET state = ${state} WHERE number = ${stored.number}`,
      call,
    );
    if (state === 'dropping') await this.#everybodyKnows();
    this.#database.ledger.forget();
  }

  async #remove(collection: string, stored: StoredIndex, call: Call | undefined): Promise<void> {
    const { number } = stored;
    try {
      const table = this.#database.tableOf(collection);
      await this.#database.define(
        dropIndexSql(table, number, stored),
        sql`SELECT id FROM ${table} WHERE id = ''`,
        call,
      );
    } catch (error) {
      if (!(error instanceof ServiceError && hasErrno(error.cause, cannotDrop))) throw error;
    }
    await this.#database.rows(sql`DELETE FROM ${this.#database.indexesTable} WHERE number = ${number}`, call);
    await this.#database.rows(
      sql`DELETE FROM ${ledgerTables.uniqueKeys} WHERE index_number = ${number}`,
      call,
    );
    this.#database.ledger.forget();
  }

  async #stored(collection: string, name: string, call: Call): Promise<StoredIndex | undefined> {
    await this.#database.open();
    this.#database.ledger.forget();
    call.signal.throwIfAborted();
    return (await this.#database.ledger.indexes(collection)).find((index) => index.name === name);
  }

  async #everybodyKnows(): Promise<void> {
    this.#database.ledger.forget();
    await new Promise((resolve) => setTimeout(resolve, ledgerAge + 50));
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
