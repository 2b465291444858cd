import type { PostgresqlConnections } from './postgresql-connection.ts';
import { postgresqlFunctions } from './postgresql-functions.ts';

/** Raised whenever a statement below changes; each runs again then, so all of them bear that. */
const layout = '2';
/** Of `pg_advisory_lock`: several services that start together make the schema one after another. */
export const lockOfLayout = 7_301_001;

/**
 * Our own schema, beside the collections' tables, which stand in the current schema of the connection.
 * `indexes`: their indexes as the API defines them; `outbox`: every change that this service made, in order.
 */
const tables = [
  'CREATE SCHEMA IF NOT EXISTS document_service',
  'CREATE TABLE IF NOT EXISTS document_service.meta (name text PRIMARY KEY, value text NOT NULL)',
  `CREATE TABLE IF NOT EXISTS document_service.indexes (
    number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, collection text NOT NULL, name text NOT NULL,
    definition text NOT NULL, UNIQUE (collection, name))`,
  `CREATE TABLE IF NOT EXISTS document_service.outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, collection text NOT NULL, id text NOT NULL,
    kind text NOT NULL, version bigint NOT NULL, data jsonb, metadata jsonb, occurred_at timestamptz NOT NULL)`,
  `INSERT INTO document_service.meta VALUES ('instance', md5(random()::text || clock_timestamp()::text))
    ON CONFLICT DO NOTHING`,
];

/** Makes or brings up to date what we need in the database; one round trip when it is there already. */
export async function prepareLedger(connections: PostgresqlConnections): Promise<void> {
  const present = "SELECT to_regclass('document_service.outbox') IS NOT NULL";
  const current = `SELECT value FROM document_service.meta WHERE name = 'layout'`;
  await connections.use(undefined, async (session) => {
    const [found] = await session.rows({ text: present, values: [] });
    if (found?.[0] === 't') {
      const [version] = await session.rows({ text: current, values: [] });
      if (version?.[0] === layout) return;
    }
    await session.rows({ text: 'BEGIN', values: [] });
    await session.rows({ text: 'SELECT pg_advisory_xact_lock($1)', values: [lockOfLayout] });
    for (const text of [...tables, ...postgresqlFunctions]) await session.rows({ text, values: [] });
    await session.rows({
      text: `INSERT INTO document_service.meta VALUES ('layout', $1) ON CONFLICT (name) DO UPDATE SET value = $1`,
      values: [layout],
    });
    await session.rows({ text: 'COMMIT', values: [] });
  });
}
