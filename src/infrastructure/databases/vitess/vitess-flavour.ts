import { hasErrno, toServiceError } from '../mysql/mysql-errors.ts';
import type { MysqlCluster, MysqlFlavour } from '../mysql/mysql-flavour.ts';
import type { MysqlSession } from '../mysql/mysql-session.ts';
import { renderSql } from '../sql/render-sql.ts';
import { identifier, sql } from '../sql/sql-fragment.ts';

/** How long vtgate may take to hear of a table or column; it reads the schema of the tablets now and then. */
const settleTime = 15_000;
const settlePause = 100;
/** The vschema says so already. */
const alreadyThere = 1815;

const cluster: MysqlCluster = {
  ledgerSchema: unshardedKeyspace,
  spread: async (session, table, column) => {
    if ((await unshardedKeyspace(session)) === undefined) return;
    const { text } = renderSql(
      sql`ALTER VSCHEMA ON ${table} ADD VINDEX xxhash(${identifier(column, '`')}) USING xxhash`,
    );
    await unlessThere(session.command(text));
    await until(() => session.run(sql`DELETE FROM ${table} WHERE ${identifier(column, '`')} = ''`));
    await until(() => session.rows(sql`SELECT * FROM ${table} WHERE ${identifier(column, '`')} = ''`));
  },
  number: async (session, table, column) => {
    const keyspace = await unshardedKeyspace(session);
    if (keyspace === undefined) return;
    const sequence = sql`${identifier(keyspace, '`')}.${identifier('$outbox_seq', '`')}`;
    await session.rows(
      sql`CREATE TABLE IF NOT EXISTS ${sequence} (id BIGINT NOT NULL PRIMARY KEY, next_id BIGINT, cache BIGINT) COMMENT 'vitess_sequence'`,
    );
    await until(() =>
      session.run(sql`INSERT IGNORE INTO ${sequence} (id, next_id, cache) VALUES (0, 1, 1000)`),
    );
    await unlessThere(session.command(renderSql(sql`ALTER VSCHEMA ADD SEQUENCE ${sequence}`).text));
    const numbered = sql`ALTER VSCHEMA ON ${table} ADD AUTO_INCREMENT ${identifier(column, '`')} USING ${sequence}`;
    await unlessThere(session.command(renderSql(numbered).text));
    // vtgate does not prepare this one.
    const next = renderSql(sql`SELECT NEXT VALUE FROM ${sequence}`).text;
    await until(() => session.command(next));
  },
  settled: async (session, probe) => {
    await until(() => session.rows(probe));
  },
};

/**
 * vtgate with a keyspace of any number of shards: ids are hashed to shards, statements with an id go to one, the others
 * to all. What vtgate cannot run on all shards is left to the service.
 */
export const vitessFlavour: MysqlFlavour = {
  name: 'vitess',
  sessionSettings: [
    'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
    // No shard sees that two transactions wait for each other in two shards: only time ends that.
    "SET SESSION transaction_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 2",
  ],
  streamSettings: { before: "SET workload = 'OLAP'", after: "SET workload = 'OLTP'" },
  jsonTables: false,
  literalLimits: true,
  cluster,
};

/** The keyspace for what is not spread; undefined when the connection's own keyspace has one shard. */
async function unshardedKeyspace(session: MysqlSession): Promise<string | undefined> {
  const [current] = await session.rows(sql`SELECT DATABASE()`);
  const own = String(current?.[0] ?? '').replace(/[:@/].*$/, '');
  const shards = (await session.command('SHOW VITESS_SHARDS')) as readonly (readonly unknown[])[];
  const counts = new Map<string, number>();
  for (const [name] of shards) {
    const [keyspace = ''] = String(name).split('/');
    counts.set(keyspace, (counts.get(keyspace) ?? 0) + 1);
  }
  if ((counts.get(own) ?? 1) === 1) return undefined;
  const [found] = [...counts]
    .filter(([, count]) => count === 1)
    .map(([keyspace]) => keyspace)
    .sort();
  if (found !== undefined) return found;
  throw new TypeError(`the keyspace ${own} is sharded, and there is no unsharded one for the ledger`);
}

async function unlessThere(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!hasErrno(error, alreadyThere)) throw error;
  }
}

/** Tries again while vtgate does not know the table, its columns or its vindex yet. */
async function until(run: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + settleTime;
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      if (Date.now() > end || toServiceError(error).code === 'CONNECTION_ERROR') throw error;
      await new Promise((resolve) => setTimeout(resolve, settlePause));
    }
  }
}
