import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SqlServer, sqlServers } from '../support/sql-servers.ts';
import { testCall } from '../support/test-call.ts';
import { type TestCertificate, testCertificate } from '../support/test-certificates.ts';

/** How a server is given a certificate, which it takes up without a restart, and how it tells what it talks. */
interface TlsSetting {
  /** Answers what brings the server's own certificate back. */
  readonly present: (server: SqlServer, certificate: TestCertificate) => Promise<() => Promise<unknown>>;
  readonly encrypted: string;
}

const settingOf: Readonly<Record<'postgresql' | 'mysql', TlsSetting>> = {
  postgresql: {
    // Its own processes write the files: only they may read the key.
    present: async ({ ask }, { cert, key }) => {
      const write = (text: string, file: string): string =>
        `COPY (SELECT unnest(string_to_array('${text.trim()}', E'\\n'))) TO PROGRAM 'umask 077; cat > ${file}'`;
      await ask(
        write(cert, 'documents_test.crt'),
        write(key, 'documents_test.key'),
        "ALTER SYSTEM SET ssl_cert_file = 'documents_test.crt'",
        "ALTER SYSTEM SET ssl_key_file = 'documents_test.key'",
        'ALTER SYSTEM SET ssl = on',
        'SELECT pg_reload_conf()',
      );
      const names = ['ssl', 'ssl_cert_file', 'ssl_key_file'];
      return () => ask(...names.map((name) => `ALTER SYSTEM RESET ${name}`), 'SELECT pg_reload_conf()');
    },
    encrypted: 'SELECT ssl AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  },
  mysql: {
    present: async ({ ask }, { cert, key }) => {
      const [row] = await ask('SELECT @@secure_file_priv, @@ssl_ca, @@ssl_cert, @@ssl_key');
      const [folder, ...before] = row?.map(String) ?? [];
      const file = `${folder}documents_test_${Date.now()}`;
      const use = ([ca, cert, key]: readonly string[]) => [
        `SET GLOBAL ssl_ca = '${ca}', GLOBAL ssl_cert = '${cert}', GLOBAL ssl_key = '${key}'`,
        'ALTER INSTANCE RELOAD TLS',
      ];
      await ask(
        `SELECT '${cert}' INTO DUMPFILE '${file}.crt'`,
        `SELECT '${key}' INTO DUMPFILE '${file}.key'`,
        ...use([`${file}.crt`, `${file}.crt`, `${file}.key`]),
      );
      return () => ask(...use(before));
    },
    encrypted:
      "SELECT variable_value <> '' AS encrypted FROM performance_schema.session_status WHERE variable_name = 'Ssl_cipher'",
  },
};

const servers = sqlServers.flatMap((server) =>
  server.type === 'vitess' ? [] : [{ ...server, setting: settingOf[server.type] }],
);

describe.each(servers)('TLS to $type', ({ setting, ...server }) => {
  const own = testCertificate('a server of the tests');
  const other = testCertificate('somebody else');
  let restore: (() => Promise<unknown>) | undefined;
  beforeAll(async () => {
    restore = await setting.present(server, own);
  });
  afterAll(() => restore?.());

  /** Whether the connection that these settings make is encrypted, or why there is none. */
  async function encrypted(tls: object | undefined, host = '127.0.0.1'): Promise<unknown> {
    const url = new URL(server.uri);
    url.hostname = host;
    const adapter = server.open({ uri: url.href, pool: { acquireTimeoutMs: 3000 }, ...(tls && { tls }) });
    const command = { query: setting.encrypted, params: [], allowWrites: false, maxRows: 1 };
    const answer = await adapter.raw?.(command, testCall()).catch(({ code }: { code: string }) => code);
    await adapter.close();
    return typeof answer === 'object' ? Boolean(Number(answer.rows[0]?.encrypted)) : answer;
  }

  it('is used with the authority of the server, and not unless it is asked for', async () => {
    expect(await encrypted({ ca: own.cert })).toBe(true);
    expect(await encrypted(undefined)).toBe(false);
  });

  it('is refused without the authority, with another one, and under another name', async () => {
    expect(await encrypted({})).toBe('CONNECTION_ERROR');
    expect(await encrypted({ ca: other.cert })).toBe('CONNECTION_ERROR');
    expect(await encrypted({ ca: own.cert }, 'localhost')).toBe('CONNECTION_ERROR');
  });

  it('takes any certificate when that is asked for', async () => {
    expect(await encrypted({ verify: false })).toBe(true);
    expect(await encrypted({ verify: false }, 'localhost')).toBe(true);
  });
});
