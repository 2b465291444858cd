import { Client } from '@elastic/elasticsearch';
import type { BareStatements } from '../bare-server.ts';

interface Stored {
  readonly data: object;
}

/** The client with the service's connections; fields are mapped as the service maps them, not one by one. */
export async function openStatements(): Promise<BareStatements> {
  const node = (process.env.APP_ELASTICSEARCH_ADDRESSES ?? 'http://localhost:9200').split(',')[0];
  const client = new Client({ node: node ?? '', agent: { connections: 20 } });
  const index = 'bench_bare';
  await client.indices.delete({ index, ignore_unavailable: true });
  await client.indices.create({
    index,
    mappings: {
      dynamic: false,
      properties: { data: { type: 'flattened' }, version: { type: 'long' }, created_at: { type: 'date' } },
    },
  });
  return {
    async read(id) {
      const { found, _source } = await client.get<Stored>({ index, id }, { ignore: [404] });
      return found ? JSON.stringify(_source?.data) : undefined;
    },
    async create(id, data) {
      const document = { data: JSON.parse(data), version: 1, created_at: new Date().toISOString() };
      await client.create({ index, id, document });
    },
  };
}
