import type { SqlFragment } from '../sql/sql-fragment.ts';
import type { MysqlSession } from './mysql-session.ts';

/** What is told apart between MySQL and what speaks its protocol. */
export interface MysqlFlavour {
  readonly name: 'mysql' | 'vitess';
  /** Run on every new connection. */
  readonly sessionSettings: readonly string[];
  /** Run on a connection before and after a stream of any length. */
  readonly streamSettings?: { readonly before: string; readonly after: string };
  /** Whether statements may hold `JSON_TABLE`. */
  readonly jsonTables: boolean;
  /** Whether a limit is a number in the text, because it cannot be bound. */
  readonly literalLimits: boolean;
  /** Where tables are spread over shards. */
  readonly cluster?: MysqlCluster;
}

/** What a sharded database needs besides MySQL's own statements. */
export interface MysqlCluster {
  /** A name that goes before tables which are not spread; undefined: none is needed. */
  ledgerSchema(session: MysqlSession): Promise<string | undefined>;
  /** Makes a table that was created ready to be read and written, spread by a column of it. */
  spread(session: MysqlSession, table: SqlFragment, column: 'id' | 'key_hash'): Promise<void>;
  /** Numbers the rows of a spread table over all shards. */
  number(session: MysqlSession, table: SqlFragment, column: 'seq'): Promise<void>;
  /** Waits until the table's changed definition is known: until `probe` can be planned. */
  settled(session: MysqlSession, probe: SqlFragment): Promise<void>;
}

/**
 * Texts compare by their bytes; a transaction sees what was committed before each statement, and locks rows alone.
 * Semijoins are off because MySQL (8.0 to 9.7) answers wrongly when it makes one of `EXISTS` on a correlated JSON_TABLE.
 */
export const mysqlFlavour: MysqlFlavour = {
  name: 'mysql',
  sessionSettings: [
    'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
    "SET SESSION transaction_isolation = 'READ-COMMITTED', time_zone = '+00:00', information_schema_stats_expiry = 0, innodb_lock_wait_timeout = 10, optimizer_switch = 'semijoin=off', sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  ],
  jsonTables: true,
  literalLimits: false,
};
