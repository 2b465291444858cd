import { afterEach, describe, expect, it } from 'vitest';
import { type CqlFront, cqlFront, opcodes } from '../../../../test/support/cql-front.ts';
import { testCall } from '../../../../test/support/test-call.ts';
import { configSchema } from '../../config/config-schema.ts';
import { CassandraConnection } from './cassandra-connection.ts';
import { cassandraOptions } from './cassandra-settings.ts';

const [server = ''] = process.env.CASSANDRA_CONTACT_POINTS?.split(',') ?? [];

describe.skipIf(server === '')('the connection with Cassandra', { timeout: 60_000 }, () => {
  let front: CqlFront;
  let connection: CassandraConnection;
  afterEach(async () => {
    await connection.close();
    await front.cut();
  });

  it.each(['one', 'wrong'])(
    'goes over to other credentials while the first connection is made (password: %s)',
    async (password) => {
      const [host = '', port = ''] = server.split(':');
      front = await cqlFront({ host, port: Number(port) }, { login: (_, given) => given !== 'wrong' });
      const section = { enabled: true, contact_points: [`127.0.0.1:${front.port}`] };
      const options = cassandraOptions(configSchema.parse({ cassandra: section }));
      connection = new CassandraConnection({ ...options, credentials: { username: 'service', password } });
      const read = () => connection.read({ text: 'SELECT key FROM system.local', values: [] }, testCall());
      const first = read().catch(() => []);
      await connection.reconnect({ username: 'renewed', password: 'two' });
      await first;
      const users = new Set<string | undefined>();
      front.before = ({ opcode, username }) => {
        if (opcode === opcodes.execute) users.add(username);
        return undefined;
      };
      expect(await read()).toHaveLength(1);
      expect(users).toEqual(new Set(['renewed']));
    },
  );
});
