import mysql from 'mysql2/promise';
import pg from 'pg';
import type { DatabaseAdapter } from '../../src/application/ports/database-adapter.ts';
import { createMysqlAdapter } from '../../src/infrastructure/databases/mysql/mysql-adapter.ts';
import type { MysqlOptions } from '../../src/infrastructure/databases/mysql/mysql-options.ts';
import { createPostgresqlAdapter } from '../../src/infrastructure/databases/postgresql/postgresql-adapter.ts';
import type { PostgresqlOptions } from '../../src/infrastructure/databases/postgresql/postgresql-options.ts';
import type { SqlFragment } from '../../src/infrastructure/databases/sql/sql-fragment.ts';
import { createVitessAdapter } from '../../src/infrastructure/databases/vitess/vitess-adapter.ts';

type Options = PostgresqlOptions & MysqlOptions;

/** A server that speaks SQL: how the service opens it, and how a test talks to it behind the service's back. */
export interface SqlServer {
  readonly type: 'postgresql' | 'mysql' | 'vitess';
  readonly uri: string;
  readonly open: (options: Options) => DatabaseAdapter<SqlFragment>;
  /** Runs statements one after another on a connection of their own; answers the rows of the last. */
  readonly ask: (...statements: readonly string[]) => Promise<readonly (readonly unknown[])[]>;
}

const { POSTGRESQL_URI, MYSQL_URI, VITESS_URI } = process.env;

/** Those whose address is in the environment. */
export const sqlServers: readonly SqlServer[] = [
  ...(POSTGRESQL_URI
    ? [
        {
          type: 'postgresql' as const,
          uri: POSTGRESQL_URI,
          open: createPostgresqlAdapter,
          ask: askPostgresql(POSTGRESQL_URI),
        },
      ]
    : []),
  ...(MYSQL_URI
    ? [{ type: 'mysql' as const, uri: MYSQL_URI, open: createMysqlAdapter, ask: askMysql(MYSQL_URI) }]
    : []),
  ...(VITESS_URI
    ? [{ type: 'vitess' as const, uri: VITESS_URI, open: createVitessAdapter, ask: askMysql(VITESS_URI) }]
    : []),
];

function askPostgresql(uri: string): SqlServer['ask'] {
  return async (...statements) => {
    const client = new pg.Client({ connectionString: uri });
    await client.connect();
    try {
      let rows: readonly (readonly unknown[])[] = [];
      for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
      return rows;
    } finally {
      await client.end();
    }
  };
}

function askMysql(uri: string): SqlServer['ask'] {
  return async (...statements) => {
    const connection = await mysql.createConnection({ uri, rowsAsArray: true });
    try {
      let last: unknown;
      for (const statement of statements) [last] = await connection.query(statement);
      return Array.isArray(last) ? (last as readonly (readonly unknown[])[]) : [];
    } finally {
      await connection.end();
    }
  };
}
