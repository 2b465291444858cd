/** What is told apart between MySQL and what speaks its protocol. */
export interface MysqlFlavour {
  readonly name: 'mysql' | 'vitess';
  /** Run on every new connection. */
  readonly sessionSettings: readonly string[];
  /** Whether statements may hold `JSON_TABLE`. */
  readonly jsonTables: boolean;
  /** Whether a lock of the server keeps other processes out. */
  readonly locks: boolean;
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
  locks: true,
};
