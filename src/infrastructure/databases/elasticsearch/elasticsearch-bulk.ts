import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { ServiceError } from '../../../domain/errors.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import { type ErrorCause, itemError } from './elasticsearch-errors.ts';

/** One item of a bulk. */
export interface BulkItem {
  readonly kind: 'create' | 'index' | 'delete';
  readonly id: string;
  /** JSON text; absent for a deletion. */
  readonly source?: string;
  /** Only if the document is still as it was read. */
  readonly expected?: { readonly seqNo: number; readonly primaryTerm: number } | undefined;
}

export type BulkOutcome =
  | { readonly status: 'done'; readonly seqNo: number; readonly primaryTerm: number }
  /** It exists, or is not as expected any more. */
  | { readonly status: 'conflict' }
  /** There is nothing to delete. */
  | { readonly status: 'missing' }
  /** There is no alias of this name. */
  | { readonly status: 'no-index' }
  | { readonly status: 'failed'; readonly httpStatus: number; readonly cause: ErrorCause };

interface ItemAnswer {
  readonly status: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly error?: ErrorCause;
}
interface BulkAnswer {
  readonly items: readonly Readonly<Record<string, ItemAnswer>>[];
}

const mostItems = 1000;
const mostCharacters = 8_000_000;
const overloadAttempts = 10;

/** Runs items as few requests, in order; one outcome each. What a full queue refused is sent again. */
export async function runBulk(
  connection: ElasticsearchConnection,
  index: string,
  items: readonly BulkItem[],
  query: Readonly<Record<string, string | boolean>>,
  call: Call,
): Promise<readonly BulkOutcome[]> {
  const outcomes: BulkOutcome[] = [];
  for (const part of parts(items)) outcomes.push(...(await runPart(connection, index, part, query, call)));
  return outcomes;
}

async function runPart(
  connection: ElasticsearchConnection,
  index: string,
  items: readonly BulkItem[],
  query: Readonly<Record<string, string | boolean>>,
  call: Call,
): Promise<readonly BulkOutcome[]> {
  const outcomes: BulkOutcome[] = [];
  let open = items.map((item, place) => ({ item, place }));
  for (let attempt = 1; open.length > 0; attempt += 1) {
    if (attempt > 1) await pause(attempt, call);
    const lines = open.map(({ item }) => itemLines(item)).join('');
    const path = `/${encodeURIComponent(index)}/_bulk`;
    const answer = await connection.request<BulkAnswer>(
      { method: 'POST', path, query, lines, repeatable: false },
      call,
    );
    const refused: typeof open = [];
    for (const [n, one] of open.entries()) {
      const item = answer.items[n]?.[one.item.kind];
      if (isPassing(item) && attempt < overloadAttempts) refused.push(one);
      else outcomes[one.place] = outcomeOf(item);
    }
    open = refused;
  }
  return outcomes;
}

/** A full queue, or the moment in which an index of the API is made and writes are held up. */
function isPassing(item: ItemAnswer | undefined): boolean {
  return item?.status === 429 || item?.error?.type === 'cluster_block_exception';
}

function outcomeOf(item: ItemAnswer | undefined): BulkOutcome {
  const { status = 500, error } = item ?? {};
  if (error === undefined && status < 300)
    return { status: 'done', seqNo: item?._seq_no ?? 0, primaryTerm: item?._primary_term ?? 0 };
  if (status === 409) return { status: 'conflict' };
  if (error === undefined && status === 404) return { status: 'missing' };
  if (error?.type === 'index_not_found_exception' || error?.type === 'alias_not_found_exception')
    return { status: 'no-index' };
  return { status: 'failed', httpStatus: status, cause: error ?? { type: `status ${status}` } };
}

function itemLines({ kind, id, source, expected }: BulkItem): string {
  const condition = expected && { if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm };
  const action = JSON.stringify({ [kind]: { _id: id, ...condition } });
  return source === undefined ? `${action}\n` : `${action}\n${source}\n`;
}

function parts(items: readonly BulkItem[]): readonly (readonly BulkItem[])[] {
  const all: BulkItem[][] = [];
  let size = 0;
  for (const item of items) {
    const part = all.at(-1);
    const length = 100 + (item.source?.length ?? 0);
    if (part === undefined || part.length >= mostItems || size + length > mostCharacters) {
      all.push([item]);
      size = length;
    } else {
      part.push(item);
      size += length;
    }
  }
  return all;
}

/** Why an item was not written. */
export function failureOf(outcome: BulkOutcome | undefined): ServiceError {
  return outcome?.status === 'failed'
    ? itemError(outcome.httpStatus, outcome.cause)
    : itemError(500, { type: 'no_answer' });
}
