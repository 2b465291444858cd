import { afterEach, expect, it } from 'vitest';
import { startCommand } from '../../scripts/start-command.ts';
import { type RunningService, startService, temporaryFolder } from '../support/start-service.ts';

let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop('SIGKILL');
  service = undefined;
});

const query =
  'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) AS n FROM r LIMIT 1';

function raw(url: string, milliseconds: number, text = query): Promise<Response> {
  return fetch(`${url}/api/v1/query/raw`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-timeout-ms': String(milliseconds) },
    body: JSON.stringify({ query: text }),
  });
}

it('a raw statement that does not end delays neither the next one nor the end of the process', async () => {
  const command = await startCommand(temporaryFolder());
  service = await startService(
    { APP_RAW_QUERY_ENABLED: 'true', APP_SERVER_HTTP_SHUTDOWN_TIMEOUT: '1s' },
    command,
  );
  const { url } = service;
  expect((await raw(url, 20_000, 'SELECT 1 AS one')).status).toBe(200);
  const answers = await Promise.all([raw(url, 500), raw(url, 500), raw(url, 500)]);
  expect(answers.map(({ status }) => status)).toEqual([504, 504, 504]);
  expect((await raw(url, 20_000, 'SELECT 1 AS one')).status).toBe(200);

  const cut = raw(url, 30_000).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const startedAt = Date.now();
  expect(await service.stop()).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(8_000);
  await cut;
});
