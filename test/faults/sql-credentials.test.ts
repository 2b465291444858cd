import { afterAll, describe, expect, it } from 'vitest';
import { type SqlServer, sqlServers } from '../support/sql-servers.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';
import { testDocument } from '../support/test-document.ts';

const database = 'documents_credentials_test';
const collection = 'Things';
const [first, second] = ['dbsvc_first', 'dbsvc_second'] as const;

interface Accounts {
  /** An empty database of the tests' own, and none of their users. */
  readonly prepare: readonly string[];
  readonly remove: readonly string[];
  readonly makeUser: (name: string, password: string) => readonly string[];
  readonly setPassword: (name: string, password: string) => readonly string[];
  readonly sessions: (name: string) => string;
  /** Who asks, in SQL. */
  readonly whoAmI: string;
}

/** What both say differently. A user of PostgreSQL has to belong to the role that owns the tables. */
const accountsOf: Readonly<Record<'postgresql' | 'mysql', Accounts>> = {
  postgresql: {
    prepare: [
      `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`,
      `DROP ROLE IF EXISTS ${first}, ${second}, ${database}`,
      `CREATE ROLE ${database}`,
      `CREATE DATABASE ${database} OWNER ${database}`,
    ],
    remove: [
      `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`,
      `DROP ROLE IF EXISTS ${first}, ${second}, ${database}`,
    ],
    makeUser: (name, password) => [
      `CREATE ROLE ${name} LOGIN PASSWORD '${password}' IN ROLE ${database}`,
      `ALTER ROLE ${name} SET role = '${database}'`,
    ],
    setPassword: (name, password) => [`ALTER ROLE ${name} PASSWORD '${password}'`],
    sessions: (name) => `SELECT count(*) FROM pg_stat_activity WHERE usename = '${name}'`,
    whoAmI: 'SELECT session_user AS name',
  },
  mysql: {
    prepare: [
      `DROP DATABASE IF EXISTS ${database}`,
      `DROP USER IF EXISTS ${first}, ${second}`,
      `CREATE DATABASE ${database}`,
    ],
    remove: [`DROP DATABASE IF EXISTS ${database}`, `DROP USER IF EXISTS ${first}, ${second}`],
    makeUser: (name, password) => [
      `CREATE USER ${name} IDENTIFIED BY '${password}'`,
      `GRANT ALL ON ${database}.* TO ${name}`,
    ],
    setPassword: (name, password) => [`ALTER USER ${name} IDENTIFIED BY '${password}'`],
    sessions: (name) => `SELECT COUNT(*) FROM information_schema.processlist WHERE user = '${name}'`,
    whoAmI: "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1) AS name",
  },
};

const servers = sqlServers.flatMap((server: SqlServer) =>
  server.type === 'vitess' ? [] : [{ ...server, accounts: accountsOf[server.type] }],
);

describe.each(servers)(
  'credentials of $type while the service runs',
  ({ type, uri, open, ask, accounts }) => {
    afterAll(() => ask(...accounts.remove));

    it('are swapped once the others work; what runs goes on', async () => {
      await ask(...accounts.prepare, ...accounts.makeUser(first, 'one'));
      const own = new URL(uri);
      own.pathname = `/${database}`;
      const credentials = { username: first, password: 'one' };
      const adapter = open({ uri: own.href, credentials, pool: { max: 3, acquireTimeoutMs: 5000 } });
      const insert = (id: string) =>
        adapter.insert(collection, [testDocument(collection, id, {})], testCall(), { ordered: true });
      const who = async (): Promise<unknown> => {
        const command = { query: accounts.whoAmI, params: [], allowWrites: false, maxRows: 1 };
        return (await adapter.raw?.(command, testCall()))?.rows[0]?.name;
      };
      const sessions = async (name: string): Promise<number> =>
        Number((await ask(accounts.sessions(name)))[0]?.[0]);

      await Promise.all(['a', 'b', 'c'].map(insert));
      expect(await who()).toBe(first);
      expect(await sessions(second)).toBe(0);

      await expect(adapter.reconnect?.({ username: 'dbsvc_nobody', password: 'one' })).rejects.toMatchObject({
        code: 'CONNECTION_ERROR',
      });
      await insert('after a refusal');

      await ask(...accounts.makeUser(second, 'two'));
      await adapter.transaction?.(testCall(), async (inside) => {
        await inside.insert(collection, [testDocument(collection, 'before', {})], testCall(), {
          ordered: true,
        });
        await adapter.reconnect?.({ username: second, password: 'two' });
        expect(await who()).toBe(second);
        await insert('beside');
        expect(await sessions(first), 'the old one still works').toBeGreaterThan(0);
        await inside.insert(collection, [testDocument(collection, 'within', {})], testCall(), {
          ordered: true,
        });
      });
      await expect.poll(() => sessions(first), { timeout: 5000 }).toBe(0);
      const ids = ['before', 'beside', 'within', 'after a refusal'];
      expect((await adapter.get(collection, ids, testCall())).map((found) => found?.id)).toEqual(ids);

      // The same user with another password: only new connections need it.
      await ask(...accounts.setPassword(second, 'three'));
      await insert('on an open connection');
      await adapter.reconnect?.({ username: second, password: 'three' });
      await Promise.all(['x', 'y', 'z'].map(insert));
      await adapter.close();
      expect(await sessions(second)).toBe(0);
    });

    it('can be given through a repository', async () => {
      const repository = await openTestRepository({ type, settings: { uri } });
      await expect(repository.reconnect({ username: 'dbsvc_nobody', password: 'one' })).rejects.toMatchObject(
        {
          code: 'CONNECTION_ERROR',
        },
      );
      await repository.ping(testCall());
      await repository.close();
    });
  },
);

it('an embedded database has no credentials to change', async () => {
  const repository = await openTestRepository({ type: 'memory', settings: {} });
  await expect(repository.reconnect({ username: 'a', password: 'b' })).rejects.toMatchObject({
    code: 'UNSUPPORTED_OPERATION',
  });
});
