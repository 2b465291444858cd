import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { shardCheckpoints } from './elasticsearch-checkpoints.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import type { StoredChange } from './elasticsearch-values.ts';

/** How often to look for changes of other processes, milliseconds. */
const pollInterval = 250;
const batch = 200;

interface LoggedChange {
  readonly _seq_no: number;
  readonly _source: StoredChange;
}

/**
 * The change log as a stream, in the order of its one shard's sequence numbers, read up to the shard's checkpoint.
 */
export function elasticsearchChangeFeed(database: ElasticsearchDatabase): ChangeFeed {
  return {
    watch: async function* ({ collection, after }, call) {
      await database.ledger.prepare(call);
      if (after === undefined) await database.relay.idle();
      let position = after === undefined ? await checkpoint(database, call) : parsePosition(after);
      while (!call.signal.aborted) {
        const until = await checkpoint(database, call);
        if (until > position) {
          const changes = await readChanges(database, position, until, collection, call);
          for (const { _seq_no, _source } of changes) {
            position = _seq_no;
            yield { token: String(_seq_no), ..._source };
            if (call.signal.aborted) return;
          }
          if (changes.length === batch) continue;
          position = until;
        }
        await nextChange(database, call.signal);
      }
    },
  };
}

/** Every change up to this number has been written. */
async function checkpoint({ connection, names }: ElasticsearchDatabase, call: Call): Promise<number> {
  return (await shardCheckpoints(connection, names.outbox, call)).get('0') ?? -1;
}

async function readChanges(
  { connection, names, freshness }: ElasticsearchDatabase,
  after: number,
  until: number,
  collection: string | undefined,
  call: Call,
): Promise<readonly LoggedChange[]> {
  await freshness.refresh(names.outbox);
  const range: JsonObject = { range: { _seq_no: { gt: after, lte: until } } };
  const filter = collection === undefined ? [range] : [range, { term: { collection } }];
  const body = {
    size: batch,
    query: { bool: { filter } },
    sort: [{ _seq_no: 'asc' }],
    seq_no_primary_term: true,
    track_total_hits: false,
  };
  const path = `/${names.outbox}/_search`;
  const answer = await connection.request<{ readonly hits: { readonly hits: readonly LoggedChange[] } }>(
    { method: 'POST', path, body, repeatable: true },
    call,
  );
  return answer.hits.hits;
}

function parsePosition(token: string): number {
  if (!/^\d{1,15}$/.test(token))
    throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
  return Number(token);
}

function nextChange({ relay }: ElasticsearchDatabase, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      forget();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, pollInterval);
    const forget = relay.onRelayed(wake);
    signal.addEventListener('abort', wake);
  });
}
