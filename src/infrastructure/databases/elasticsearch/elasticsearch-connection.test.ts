import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { ElasticsearchConnection } from './elasticsearch-connection.ts';

it.each([
  [401, 'Elasticsearch does not accept these credentials'],
  [403, 'Elasticsearch does not accept these credentials'],
  [503, 'Elasticsearch is not available'],
])('only a refusal of the credentials is told as one: %i', async (status, message) => {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'x-elastic-product': 'Elasticsearch' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = new ElasticsearchConnection({ addresses: [`http://127.0.0.1:${port}`] });
  const renewing = () => connection.reconnect({ username: 'renewed', password: 'two' });
  try {
    await expect(renewing()).rejects.toMatchObject({ code: 'CONNECTION_ERROR', message });
  } finally {
    await connection.close();
    server.close();
    server.closeAllConnections();
  }
});
