import type { Call } from '../../../application/ports/call.ts';
import { identifier, type SqlAssumption, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import type { MysqlConnections } from './mysql-connection.ts';
import { isConflict, isMissingTable, toServiceError } from './mysql-errors.ts';
import type { MysqlFlavour } from './mysql-flavour.ts';
import { MysqlLedger, type StoredIndex } from './mysql-ledger.ts';
import type { MysqlSession, Row, Rows } from './mysql-session.ts';
import { ledgerTables, tableName } from './mysql-tables.ts';

type Refuted = (assumption: SqlAssumption) => boolean;

/** How often an operation of its own is tried again after a deadlock. */
const attempts = 8;

/** One database: its connections, our own tables in it, and the indexes that it holds. */
export class MysqlDatabase {
  readonly connections: MysqlConnections;
  readonly ledger: MysqlLedger;
  #ready: Promise<void> | undefined;
  readonly #flavour: MysqlFlavour;
  #caseSensitive = true;
  #indexesTable = identifier('$indexes', '`');

  constructor(connections: MysqlConnections, flavour: MysqlFlavour) {
    this.connections = connections;
    this.#flavour = flavour;
    this.ledger = new MysqlLedger(connections, () => this.indexesTable);
  }

  get name(): MysqlFlavour['name'] {
    return this.#flavour.name;
  }

  /** Where the ledger of indexes is kept. */
  get indexesTable(): SqlFragment {
    return this.#indexesTable;
  }

  /** The order of what nobody sorts: shards answer in any order. */
  get unsortedOrder(): SqlFragment | undefined {
    return this.#flavour.cluster && sql`id`;
  }

  /** The indexes of a collection in any state, as this process knows them. */
  async indexesOf(collection: string): Promise<readonly StoredIndex[]> {
    await this.open();
    return this.ledger.indexes(collection);
  }

  /** A number of rows as the limit of a statement. */
  limitOf(count: number): SqlFragment {
    if (!Number.isSafeInteger(count) || count < 0) throw new TypeError('a limit is a whole number');
    return this.#flavour.literalLimits ? trustedSql(String(count)) : sql`${count}`;
  }

  tableNameOf(collection: string): string {
    return tableName(collection, this.#caseSensitive);
  }

  tableOf(collection: string): SqlFragment {
    return identifier(this.tableNameOf(collection), '`');
  }

  collectionOf(table: string): string {
    return this.#caseSensitive
      ? table
      : table.replace(/\$([a-z])/g, (_, letter: string) => letter.toUpperCase());
  }

  /** Makes our own tables when they are missing; the next call tries again when that fails. */
  open(): Promise<void> {
    if (this.#ready === undefined) {
      const opening = this.#open();
      opening.catch(() => {
        this.#ready = undefined;
      });
      this.#ready = opening;
    }
    return this.#ready;
  }

  async rows(statement: SqlFragment, call: Call | undefined, refuted?: Refuted): Promise<Rows> {
    await this.open();
    return this.connections.use(call, (session) => session.rows(statement, refuted));
  }

  async *stream(statement: SqlFragment, call: Call, refuted?: Refuted): AsyncGenerator<Row, void, undefined> {
    await this.open();
    yield* this.connections.stream(call, (session) => session.stream(statement, refuted));
  }

  /** A change of a table's definition. @param probe a statement that can be planned once it is known */
  async define(statement: SqlFragment, probe: SqlFragment, call: Call | undefined): Promise<void> {
    await this.open();
    await this.connections.use(call, async (session) => {
      await session.rows(statement);
      await this.#flavour.cluster?.settled(session, probe);
    });
  }

  /** Runs the body unless another process runs one of this name. */
  async exclusively(lock: string, body: () => Promise<void>): Promise<void> {
    await this.connections.use(undefined, async (session) => {
      const [row] = await session.rows(sql`SELECT GET_LOCK(CONCAT(DATABASE(), '.', ${lock}), 0)`);
      if (Number(row?.[0]) !== 1) return;
      try {
        await body();
      } finally {
        await session.rows(sql`SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.', ${lock}))`);
      }
    });
  }

  /** Runs a body in a transaction; only that it was rolled back is sure when it rejects. */
  async transaction<T>(call: Call | undefined, body: (session: MysqlSession) => Promise<T>): Promise<T> {
    await this.open();
    return this.connections.use(call, async (session) => {
      await session.command('START TRANSACTION');
      try {
        const result = await body(session);
        await session.command('COMMIT');
        return result;
      } catch (error) {
        await session.command('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /** Like `transaction`, again after a deadlock: for bodies that do nothing but change rows. */
  async retried<T>(call: Call | undefined, body: (session: MysqlSession) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.transaction(call, body);
      } catch (error) {
        if (!isConflict(toServiceError(error)) || attempt >= attempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt * 4));
      }
    }
  }

  /** A collection's table, unless it exists. */
  async createTable(collection: string): Promise<void> {
    await this.open();
    const table = this.tableOf(collection);
    await this.connections.use(undefined, async (session) => {
      await session.rows(sql`CREATE TABLE IF NOT EXISTS ${table} (${documentColumns})`);
      await this.#flavour.cluster?.spread(session, table, 'id');
    });
  }

  async renameTable(from: string, to: string, call: Call): Promise<void> {
    await this.open();
    const table = this.tableOf(to);
    await this.connections.use(call, async (session) => {
      await session.rows(sql`RENAME TABLE ${this.tableOf(from)} TO ${table}`);
      await this.#flavour.cluster?.spread(session, table, 'id');
    });
  }

  async #open(): Promise<void> {
    await this.connections.use(undefined, async (session) => {
      const { cluster } = this.#flavour;
      const [row] = await session.rows(sql`SELECT @@lower_case_table_names`);
      this.#caseSensitive = Number(row?.[0] ?? 0) === 0;
      const schema = await cluster?.ledgerSchema(session);
      if (schema !== undefined)
        this.#indexesTable = sql`${identifier(schema, '`')}.${identifier('$indexes', '`')}`;
      try {
        await session.rows(sql`SELECT 1 FROM ${ledgerTables.uniqueKeys} LIMIT 1`);
      } catch (error) {
        if (!isMissingTable(error)) throw error;
        await this.#createLedger(session, schema !== undefined);
      }
    });
  }

  /** The keys come last, because they say that all tables are there. */
  async #createLedger(session: MysqlSession, spread: boolean): Promise<void> {
    const { outbox, uniqueKeys } = ledgerTables;
    const cluster = spread ? this.#flavour.cluster : undefined;
    await session.rows(sql`CREATE TABLE IF NOT EXISTS ${this.#indexesTable} (${indexColumns})`);
    await session.rows(sql`CREATE TABLE IF NOT EXISTS ${outbox} (${outboxColumns})`);
    await cluster?.spread(session, outbox, 'id');
    await cluster?.number(session, outbox, 'seq');
    await session.rows(sql`CREATE TABLE IF NOT EXISTS ${uniqueKeys} (${uniqueKeyColumns})`);
    await cluster?.spread(session, uniqueKeys, 'key_hash');
  }
}

const text = sql`VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin`;
const time = sql`VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin`;
const name = sql`VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin`;

const documentColumns = sql`id ${text} NOT NULL PRIMARY KEY, data JSON NOT NULL, version BIGINT NOT NULL, created_at ${time} NOT NULL, updated_at ${time} NOT NULL, metadata JSON NOT NULL`;

/** The indexes of all collections. */
const indexColumns = sql`number INT NOT NULL AUTO_INCREMENT PRIMARY KEY, collection ${name} NOT NULL, name ${text} NOT NULL, state VARCHAR(10) CHARACTER SET ascii NOT NULL, definition LONGTEXT CHARACTER SET utf8mb4 NOT NULL, UNIQUE (collection, name)`;

/** Every change, numbered. */
const outboxColumns = sql`seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, collection ${name} NOT NULL, id ${text} NOT NULL, kind VARCHAR(8) CHARACTER SET ascii NOT NULL, version BIGINT NOT NULL, data LONGTEXT CHARACTER SET utf8mb4, metadata LONGTEXT CHARACTER SET utf8mb4, occurred_at ${time} NOT NULL`;

/** The keys that documents hold in unique indexes. */
const uniqueKeyColumns = sql`index_number INT NOT NULL, key_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, id ${text} NOT NULL, PRIMARY KEY (index_number, key_hash)`;
