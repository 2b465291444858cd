import type { Call } from '../../../application/ports/call.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';

interface ShardStats {
  readonly routing: { readonly primary: boolean };
  readonly seq_no: { readonly local_checkpoint: number };
}
interface IndexStats {
  readonly indices?: Readonly<
    Record<string, { readonly shards: Readonly<Record<string, readonly ShardStats[]>> }>
  >;
}

/**
 * For each shard of an index the sequence number up to which every operation is done. Operations come into searches
 * out of order; below the checkpoint, after a refresh, there are no gaps any more.
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.19/docs-replication.html
 */
export async function shardCheckpoints(
  connection: ElasticsearchConnection,
  index: string,
  call: Call,
): Promise<ReadonlyMap<string, number>> {
  const path = `/${encodeURIComponent(index)}/_stats`;
  const filter_path = 'indices.*.shards.*.routing,indices.*.shards.*.seq_no';
  const query = { level: 'shards', ignore_unavailable: true, filter_path };
  const stats = await connection.request<IndexStats>({ method: 'GET', path, query, repeatable: true }, call);
  const shards = Object.entries(stats.indices?.[index]?.shards ?? {});
  return new Map(
    shards.flatMap(([shard, copies]) => {
      const primary = copies.find(({ routing }) => routing.primary);
      return primary === undefined ? [] : [[shard, primary.seq_no.local_checkpoint] as const];
    }),
  );
}
