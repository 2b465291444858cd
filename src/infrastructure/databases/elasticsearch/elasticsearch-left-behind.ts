import type { Call } from '../../../application/ports/call.ts';
import { shardCheckpoints } from './elasticsearch-checkpoints.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import { type Source, toldBy } from './elasticsearch-values.ts';

interface Hit {
  readonly _id: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source: Source;
}

const batch = 500;

/**
 * Logs the changes that the process which made them did not come to log, and takes its removed documents away. A
 * document holds its last change itself, and whoever overwrites it logs that first, so it is enough to look at the
 * documents that were written since the last round: those with a higher sequence number, shard by shard. How far that
 * went is kept in the cluster.
 */
export async function relayLeftBehind(
  database: ElasticsearchDatabase,
  state: CollectionState,
  call: Call,
): Promise<void> {
  const checkpoints = await shardCheckpoints(database.connection, state.concrete, call);
  const done = await readProgress(database, state.concrete, call);
  const next: Record<string, number> = { ...done };
  let refreshed = false;
  for (const [shard, until] of checkpoints) {
    let position = done[shard] ?? -1;
    if (position >= until) continue;
    if (!refreshed) await database.freshness.refresh(state.concrete);
    refreshed = true;
    for (let full = true; full; ) {
      const hits = await readShard(database, state.concrete, shard, position, until, call);
      await relayHits(database, state, hits, call);
      position = hits.at(-1)?._seq_no ?? position;
      full = hits.length === batch;
    }
    next[shard] = until;
  }
  if (refreshed) await writeProgress(database, state.concrete, next, call);
  database.relay.setProgress(state.concrete, Math.min(...Object.values(next)));
}

async function relayHits(
  { relay }: ElasticsearchDatabase,
  { name, concrete: index }: CollectionState,
  hits: readonly Hit[],
  call: Call,
): Promise<void> {
  await relay.ensure(
    hits.flatMap((hit) => toldBy(name, hit._source)),
    call,
  );
  const removed = hits.filter(({ _source }) => _source.removed === true);
  await relay.purge(
    removed.map((hit) => ({ index, id: hit._id, seqNo: hit._seq_no, primaryTerm: hit._primary_term })),
    call,
  );
}

async function readShard(
  { connection }: ElasticsearchDatabase,
  index: string,
  shard: string,
  after: number,
  until: number,
  call: Call,
): Promise<readonly Hit[]> {
  const body = {
    size: batch,
    query: { range: { _seq_no: { gt: after, lte: until } } },
    sort: [{ _seq_no: 'asc' }],
    seq_no_primary_term: true,
    track_total_hits: false,
  };
  const path = `/${encodeURIComponent(index)}/_search`;
  const query = { preference: `_shards:${shard}`, ignore_unavailable: true };
  const answer = await connection.request<{ readonly hits: { readonly hits: readonly Hit[] } }>(
    { method: 'POST', path, query, body, repeatable: true },
    call,
  );
  return answer.hits.hits;
}

type Progress = Readonly<Record<string, number>>;

async function readProgress(
  { connection, names }: ElasticsearchDatabase,
  concrete: string,
  call: Call,
): Promise<Progress> {
  const path = `/${names.keys}/_mget`;
  const body = { ids: [progressId(concrete)] };
  const answer = await connection.request<{
    readonly docs: readonly { readonly found?: boolean; readonly _source: { readonly shards: Progress } }[];
  }>({ method: 'POST', path, body, repeatable: true }, call);
  const [doc] = answer.docs;
  return doc?.found === true ? doc._source.shards : {};
}

async function writeProgress(
  { connection, names }: ElasticsearchDatabase,
  concrete: string,
  shards: Progress,
  call: Call,
): Promise<void> {
  const path = `/${names.keys}/_doc/${encodeURIComponent(progressId(concrete))}`;
  const body = { collection: concrete, index: 'progress', shards };
  await connection.request({ method: 'PUT', path, body, repeatable: true }, call);
}

function progressId(concrete: string): string {
  return `progress ${concrete}`;
}
