import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError, unsupportedOperation } from '../../../domain/errors.ts';
import type { BulkItem } from './elasticsearch-bulk.ts';
import { elasticsearchCapabilities } from './elasticsearch-capabilities.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import { definitionText, type IndexRecord } from './elasticsearch-index-record.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import { orderMapping } from './elasticsearch-mapping.ts';
import { orderFields, orderKeys } from './elasticsearch-order.ts';
import { isLate } from './elasticsearch-unique-keys.ts';
import { type Stored, sourceText, toDocument } from './elasticsearch-values.ts';
import { writeItems } from './elasticsearch-writer.ts';

const mostAttempts = 20;
const backfillBatch = 200;

/**
 * Makes an index of the API: order keys for its fields, and for a unique one its keys. From the moment when the ledger
 * names it, every writer keeps it up, since the alias that they knew is gone; then the documents from before are
 * brought in, and then it is `ready`. An interrupted creation goes on when it is asked for again.
 */
export async function createIndex(
  database: ElasticsearchDatabase,
  collection: string,
  definition: IndexDefinition,
  call: Call,
): Promise<void> {
  refuseUnsupported(definition);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const state = await database.ledger.ensure(collection, call);
    const same = state.indexes.find((index) => index.definition.name === definition.name);
    if (same !== undefined && definitionText(same.definition) !== definitionText(definition))
      throw new ServiceError('INDEX_ERROR', 'another index has this name', { index: definition.name });
    if (same?.state === 'ready') return;
    if (same !== undefined || (await announce(database, state, definition, call)))
      return complete(database, collection, definition.name, call);
  }
  throw new ServiceError('DATABASE_ERROR', 'others keep changing the indexes of this collection');
}

export async function dropIndex(
  database: ElasticsearchDatabase,
  collection: string,
  name: string,
  call: Call,
): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const state = await database.ledger.demand(collection, call);
    const index = state.indexes.find(({ definition }) => definition.name === name);
    if (index === undefined)
      throw new ServiceError('INDEX_ERROR', 'there is no index of this name', { index: name });
    const others = state.indexes.filter((one) => one !== index);
    if (!(await database.ledger.change(state, others, call))) continue;
    if (index.definition.unique) await deleteKeys(database, state.concrete, index.key, call);
    return;
  }
  throw new ServiceError('DATABASE_ERROR', 'others keep changing the indexes of this collection');
}

/** Forgets the unique keys of a collection's index, or of all its indexes. */
export async function deleteKeys(
  database: ElasticsearchDatabase,
  concrete: string,
  key: string | undefined,
  call: Call,
): Promise<void> {
  const { connection, names, freshness } = database;
  await freshness.refresh(names.keys);
  const filter = [
    { term: { collection: concrete } },
    ...(key === undefined ? [] : [{ term: { index: key } }]),
  ];
  const query = { conflicts: 'proceed', ignore_unavailable: true };
  const path = `/${names.keys}/_delete_by_query`;
  const body = { query: { bool: { filter } } };
  await connection.request({ method: 'POST', path, query, body, repeatable: true }, call);
}

function refuseUnsupported(index: IndexDefinition): void {
  const kinds = index.keys.map(({ kind }) => kind).filter((kind) => typeof kind === 'string');
  const kind = kinds.find((one) => elasticsearchCapabilities.indexes[one] === 'unsupported');
  if (kind === undefined) return;
  const message = `Elasticsearch does not support indexes.${kind}`;
  throw unsupportedOperation('elasticsearch', `indexes.${kind}`, message);
}

/** False when somebody else changed the collection meanwhile. */
async function announce(
  database: ElasticsearchDatabase,
  state: CollectionState,
  definition: IndexDefinition,
  call: Call,
): Promise<boolean> {
  const key = `i${state.revision + 1}`;
  const record: IndexRecord = { definition, key, ordered: true, state: 'building' };
  const path = `/${encodeURIComponent(state.concrete)}/_mapping`;
  const body = orderMapping(orderFields(key, definition.keys.length));
  await database.connection.request({ method: 'PUT', path, body, repeatable: true }, call);
  if (!(await database.ledger.change(state, [...state.indexes, record], call))) return false;
  await waitForWriters(database, state.concrete, call);
  return true;
}

/** Writes that came by the alias of before are over once a block for writes is in place. */
async function waitForWriters(database: ElasticsearchDatabase, concrete: string, call: Call): Promise<void> {
  const path = `/${encodeURIComponent(concrete)}`;
  await database.connection.request({ method: 'PUT', path: `${path}/_block/write`, repeatable: true }, call);
  const body = { index: { blocks: { write: null } } };
  await database.connection.request(
    { method: 'PUT', path: `${path}/_settings`, body, repeatable: true },
    call,
  );
}

async function complete(
  database: ElasticsearchDatabase,
  collection: string,
  name: string,
  call: Call,
): Promise<void> {
  const state = await database.ledger.demand(collection, call);
  try {
    await bringIn(database, state, call);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'DUPLICATE_KEY')
      await dropIndex(database, collection, name, call);
    throw error;
  }
  await database.ledger.markReady(collection, name, call);
}

/** Writes every document again as it is, with what the new indexes need beside it. */
async function bringIn(database: ElasticsearchDatabase, state: CollectionState, call: Call): Promise<void> {
  await database.freshness.refresh(database.names.read(state.name));
  const all = database.reader.search(
    state.name,
    { where: undefined, order: undefined, skip: 0, limit: undefined },
    call,
  );
  let batch: Stored[] = [];
  for await (const stored of all) {
    batch.push(stored);
    if (batch.length < backfillBatch) continue;
    await bringInBatch(database, state, batch, call);
    batch = [];
  }
  await bringInBatch(database, state, batch, call);
}

async function bringInBatch(
  database: ElasticsearchDatabase,
  state: CollectionState,
  batch: readonly Stored[],
  call: Call,
): Promise<void> {
  let open = batch;
  while (open.length > 0) {
    const changing = open.map(({ source }) => ({
      id: source.id,
      before: undefined,
      current: toDocument(state.name, source),
    }));
    const claims = await database.uniqueKeys.claim(state, changing, call);
    const [refusal] = claims.refused.values();
    if (refusal !== undefined) {
      await claims.settle(() => false);
      throw refusal;
    }
    const decided = isLate(claims) ? [] : open.filter(({ source }) => !claims.contended.has(source.id));
    const outcomes = await writeItems(
      database,
      state,
      decided.map((one) => sameAgain(state, one)),
      call,
    );
    const done = decided.filter((_, i) => outcomes[i]?.status === 'done');
    const written = new Set(done.map(({ source }) => source.id));
    await claims.settle((id) => written.has(id));
    open = await changedMeanwhile(database, state, open, written, call);
    if (open.length > 0) await pause(1, call);
  }
}

function sameAgain(state: CollectionState, stored: Stored): BulkItem {
  const document = toDocument(state.name, stored.source);
  const { birth, earlier = [] } = stored.source;
  const source = sourceText(document, { birth, earlier, order: orderKeys(state, document) });
  return { kind: 'index', id: document.id, source, expected: stored };
}

/** What somebody wrote in between is looked at again, unless it has gone. */
async function changedMeanwhile(
  database: ElasticsearchDatabase,
  state: CollectionState,
  batch: readonly Stored[],
  written: ReadonlySet<string>,
  call: Call,
): Promise<readonly Stored[]> {
  const ids = batch.map(({ source }) => source.id).filter((id) => !written.has(id));
  if (ids.length === 0) return [];
  const stored = await database.reader.stored(state.name, ids, call);
  return stored.filter((one) => one !== undefined).filter(({ source }) => source.removed !== true);
}
