import type { Client } from 'cassandra-driver';
import type { CassandraOptions } from './cassandra-options.ts';

/** `"x"`, so that upper case and any character survive; only our own names and the configured keyspace come here. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table of ours with its keyspace. */
export function tableOf(options: CassandraOptions, table: string): string {
  return `${quoted(options.keyspace)}.${quoted(table)}`;
}

/**
 * The tables that all collections share: `collections` (the ledger: one partition, so that a rename is one conditional
 * batch), `lookups` and `unique_keys` (what indexes consist of), `change_log` and `change_marks` (what was announced, and what
 * became of it, by time).
 */
export async function createTables(client: Client, options: CassandraOptions): Promise<void> {
  const { keyspace, replication, changeFeed, tombstoneSeconds } = options;
  if (replication !== undefined && !(await exists(client, keyspace))) {
    const settings = Object.entries(replication).map(([name, value]) => `'${name}': '${value}'`);
    await client.execute(
      `CREATE KEYSPACE IF NOT EXISTS ${quoted(keyspace)} WITH replication = {${settings.join(', ')}}`,
    );
  }
  const present = await tablesOf(client, keyspace);
  for (const [name, definition] of Object.entries(definitions(tombstoneSeconds, changeFeed.keepSeconds))) {
    if (!present.has(name))
      await client.execute(`CREATE TABLE IF NOT EXISTS ${tableOf(options, name)} ${definition}`);
  }
}

/** A lookup that comes back after its tombstone has gone does no harm: it only names one candidate more. */
const lookupGraceSeconds = 3600;

function definitions(tombstoneSeconds: number, keepSeconds: number): Readonly<Record<string, string>> {
  const grace = `gc_grace_seconds = ${tombstoneSeconds}`;
  const window = Math.max(1, Math.ceil(keepSeconds / 60 / 24));
  const ofChanges = `default_time_to_live = ${keepSeconds} AND ${grace}
    AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'MINUTES',
      'compaction_window_size': '${window}'}`;
  return {
    collections: `(part text, name text, table_name text, state text, since bigint, indexes text,
      PRIMARY KEY (part, name))`,
    lookups: `(index_id text, shard smallint, key blob, id text, PRIMARY KEY ((index_id, shard), key, id))
      WITH gc_grace_seconds = ${Math.min(lookupGraceSeconds, tombstoneSeconds)} AND compaction =
        {'class': 'SizeTieredCompactionStrategy', 'unchecked_tombstone_compaction': 'true', 'tombstone_threshold': '0.1',
        'tombstone_compaction_interval': '${lookupGraceSeconds}'}`,
    unique_keys: `(index_id text, key text, id text, claim text, PRIMARY KEY ((index_id, key))) WITH ${grace}`,
    change_log: `(bucket bigint, shard smallint, name text, changes text, bodies text,
      PRIMARY KEY ((bucket, shard), name)) WITH ${ofChanges}`,
    change_marks: `(bucket bigint, subject text, state text, PRIMARY KEY (bucket, subject)) WITH ${ofChanges}`,
  };
}

/** The table of one collection's documents: a partition for each, so that conditional writes never wait for another's. */
export function documentTable(options: CassandraOptions, table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${tableOf(options, table)} (id text PRIMARY KEY, version int, change text, data text,
    metadata text, created_at text, updated_at text, reserved_by text)
    WITH gc_grace_seconds = ${options.tombstoneSeconds}`;
}

async function exists(client: Client, keyspace: string): Promise<boolean> {
  const query = 'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?';
  return (await client.execute(query, [keyspace], { prepare: true })).rowLength > 0;
}

async function tablesOf(client: Client, keyspace: string): Promise<ReadonlySet<string>> {
  const query = 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?';
  const { rows } = await client.execute(query, [keyspace], { prepare: true });
  return new Set(rows.map((row) => String(row.table_name)));
}
