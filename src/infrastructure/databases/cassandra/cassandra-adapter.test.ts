import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testCall as call } from '../../../../test/support/test-call.ts';
import { createPlannedDocumentRepository } from '../../../application/execution/planned-document-repository.ts';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { DocumentRepository, WriteOperation } from '../../../application/ports/document-repository.ts';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import { parseUpdate } from '../../../application/query-language/parse-update.ts';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import { newDocumentId } from '../../../domain/document/document-id.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { configSchema } from '../../config/config-schema.ts';
import { createCassandraAdapter } from './cassandra-adapter.ts';
import { CassandraConnection } from './cassandra-connection.ts';
import type { CassandraFragment } from './cassandra-dialect.ts';
import type { CassandraOptions } from './cassandra-options.ts';
import { cassandraOptions } from './cassandra-settings.ts';
import { bucketOf } from './change-clock.ts';

const contactPoints = process.env.CASSANDRA_CONTACT_POINTS;
const collection = 'adapter_tests';

function documentOf(id: string, data: JsonObject): Document {
  const now = new Date().toISOString();
  const body = DocumentBody.fromValue(data);
  return { id, collection, data: body, version: 1, createdAt: now, updatedAt: now, metadata: {} };
}

function indexOf(name: string, more: Partial<IndexDefinition> = {}): IndexDefinition {
  return {
    name: `${name}_1`,
    keys: [{ path: name.split('.'), kind: 1 }],
    unique: false,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
    ...more,
  };
}

describe.skipIf(contactPoints === undefined)('Cassandra', { timeout: 60_000 }, () => {
  let options: CassandraOptions;
  let adapter: DatabaseAdapter<CassandraFragment>;
  let other: DatabaseAdapter<CassandraFragment>;
  let repository: DocumentRepository;
  let direct: CassandraConnection;

  beforeAll(async () => {
    const section = { enabled: true, contact_points: contactPoints?.split(',') ?? [] };
    options = cassandraOptions(configSchema.parse({ cassandra: section }));
    adapter = createCassandraAdapter(options);
    other = createCassandraAdapter(options);
    direct = new CassandraConnection(options);
    repository = createPlannedDocumentRepository(adapter, {
      maxScanDocuments: 100,
      maxEvaluationSteps: 1_000_000,
      maxRetries: 10,
      allowPipelineWrites: false,
      now: () => new Date(),
      newId: newDocumentId,
    });
  }, 60_000);
  beforeEach(async () => {
    await repository.deleteMany(collection, { kind: 'everything' }, call());
    for (const { name } of await adapter.schema.listIndexes(collection, call()))
      await adapter.schema.dropIndex(collection, name, call());
  }, 60_000);
  afterAll(async () => {
    await Promise.all([adapter.close(), other.close(), direct.close()]);
  });

  const filterOf = (source: JsonObject) =>
    parseFilter(source, { path: 'filter', shortNames: true, extendedJson: false });
  const find = (source: JsonObject) =>
    repository.find(
      collection,
      {
        filter: filterOf(source),
        sort: [],
        skip: 0,
        limit: undefined,
        after: undefined,
        projection: undefined,
      },
      call(),
    );
  const idsOf = async (source: JsonObject) =>
    (await Array.fromAsync(find(source))).map(({ id }) => id).sort();
  const insert = (...documents: Document[]) =>
    adapter.insert(collection, documents, call(), { ordered: true });

  it('two processes that count up one document lose nothing', async () => {
    await insert(documentOf('n', { n: 0 }));
    const one = {
      id: 'n',
      change: { kind: 'update', update: parsedInc } as const,
      expectedVersion: undefined,
      where: undefined,
      insert: undefined,
    };
    const runs = Array.from({ length: 32 }, (_, at) =>
      (at % 2 === 0 ? adapter : other).modify(collection, [one], call(), { ordered: true }),
    );
    const outcomes = (await Promise.all(runs)).flat().map(({ status }) => status);
    expect(outcomes).toEqual(Array.from({ length: 32 }, () => 'modified'));
    const [document] = await other.get(collection, ['n'], call());
    expect(document?.data.value).toEqual({ n: 32 });
    expect(document?.version).toBe(33);
  });

  it('answers filters on an indexed field from its lookups, beyond what may be scanned', async () => {
    await adapter.schema.createIndex(collection, indexOf('city'), call());
    await insert(...Array.from({ length: 150 }, (_, n) => documentOf(`d${n}`, { city: n % 50, n })));
    expect(await idsOf({ city: 7 })).toEqual(['d107', 'd57', 'd7']);
    expect(await idsOf({ city: { $in: [7, 'x'] }, n: { $gt: 50 } })).toEqual(['d107', 'd57']);
    expect(await idsOf({ city: { $gte: 49 } })).toEqual(['d149', 'd49', 'd99']);
    await expect(idsOf({ n: 7 })).rejects.toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    for (const native of [{ city: 7 }, { city: { $in: [7, 'x'] } }, { city: { $gt: 3, $lte: 7 }, n: 1 }]) {
      const filter = filterOf(native);
      const query = { filter, sort: [], skip: 0, limit: 1, after: undefined, projection: undefined };
      const plan = await repository.explainFind(collection, query, call());
      expect(plan).toMatchObject({ scan: 'index', index: 'city_1' });
    }
  });

  it('an index made over documents finds them, and follows their changes', async () => {
    await insert(documentOf('a', { tags: ['x', 'y'] }), documentOf('b', { tags: 'x' }));
    await adapter.schema.createIndex(collection, indexOf('tags'), call());
    expect(await idsOf({ tags: 'x' })).toEqual(['a', 'b']);
    const replace = {
      id: 'a',
      change: { kind: 'replace', data: { tags: 'z' }, metadata: undefined } as const,
      expectedVersion: undefined,
      where: undefined,
      insert: undefined,
    };
    await adapter.modify(collection, [replace], call(), { ordered: true });
    expect(await idsOf({ tags: 'x' })).toEqual(['b']);
    expect(await idsOf({ tags: 'z' })).toEqual(['a']);
    const rows = await lookupRows();
    expect(rows).toEqual(['a', 'b']);
  });

  it('a unique key that a dead writer left behind is free again after its lease', async () => {
    await adapter.schema.createIndex(collection, indexOf('email', { unique: true }), call());
    await insert(documentOf('a', { email: 'x' }));
    await adapter.modify(collection, [removal('a')], call(), { ordered: true });
    const [index] = JSON.parse((await ledgerRow()).indexes) as { readonly id: string }[];
    const claim = `${String((Date.now() - 5000) * 1000).padStart(17, '0')}-000000000000`;
    await direct.run(
      {
        text: `INSERT INTO ${options.keyspace}.unique_keys (index_id, key, id, claim) VALUES (?, ?, ?, ?) IF NOT EXISTS`,
        values: [index?.id, '["x"]', 'dead', claim],
      },
      call(),
    );
    expect(await insert(documentOf('b', { email: 'x' }))).toEqual([{ status: 'inserted' }]);
    expect(await insert(documentOf('c', { email: 'x' }))).toMatchObject([
      { status: 'failed', error: { code: 'DUPLICATE_KEY', details: { key: { email: 'x' } } } },
    ]);
  });

  it('a batch is all or nothing, and needs what it removes', async () => {
    await insert(documentOf('a', { n: 1 }), documentOf('b', { n: 2 }));
    const done = await repository.transaction([inserting('c'), removing('a')], call());
    expect(done).toMatchObject([{ inserted: 1 }, { deleted: 1 }]);
    const failing = [
      [inserting('d'), removing('gone')],
      [inserting('d'), inserting('b')],
      [removing('b'), inserting('b')],
      [inserting('d'), removing('b', 7)],
    ];
    for (const operations of failing)
      await expect(repository.transaction(operations, call())).rejects.toThrow();
    expect(await idsOf({})).toEqual(['b', 'c']);
    const later = await adapter.modify(collection, [removal('b'), removal('c')], call(), { ordered: true });
    expect(later.map(({ status }) => status)).toEqual(['removed', 'removed']);
  });

  it('a position that the change log no longer goes back to is refused, a later one is not', async () => {
    const nextAfter = async (milliseconds: number) => {
      const after = `${String(milliseconds * 1000).padStart(17, '0')}-${'0'.repeat(12)}`;
      const feed = adapter.changeFeed?.watch({ collection, after }, call());
      for await (const { token } of feed ?? []) return token;
      return undefined;
    };
    const kept = options.changeFeed.keepSeconds * 1000;
    await expect(nextAfter(Date.now() - kept - 1)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      details: { path: 'Last-Event-ID', latest_position: expect.stringMatching(/^\d{17}-0{12}$/) },
    });
    const before = Date.now() - 1;
    await insert(documentOf('later', {}));
    expect(await nextAfter(before)).toMatch(/^\d{17}-[0-9a-f]{12}$/);
  });

  it('changes of a batch, and those whose writer died, are told', async () => {
    const stop = new AbortController();
    const events: string[] = [];
    const feed = adapter.changeFeed?.watch(
      { collection, after: undefined },
      { ...call(), signal: stop.signal },
    );
    const reading = (async () => {
      for await (const event of feed ?? []) {
        events.push(`${event.kind} ${event.id}`);
        if (events.length === 4) return;
      }
    })();
    await insert(documentOf('a', { n: 1 }));
    await repository.transaction([inserting('c'), removing('a')], call());
    await insert(documentOf('unnoted', { n: 1 }));
    const { table_name: table } = await ledgerRow();
    const ofDocument = `SELECT change FROM ${options.keyspace}.${table} WHERE id = ?`;
    const [row] = await direct.read({ text: ofDocument, values: ['unnoted'] }, call());
    const change = String(row?.change);
    const forget = `DELETE FROM ${options.keyspace}.change_marks WHERE bucket = ?`;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await direct.run({ text: forget, values: [bucketOf(change)] }, call());
    await reading;
    stop.abort();
    expect(events.toSorted()).toEqual(['created a', 'created c', 'created unnoted', 'deleted a']);
  });

  it('pages in the order of tokens cost the same and lose nothing', async () => {
    await insert(...Array.from({ length: 60 }, (_, n) => documentOf(`d${n}`, { n })));
    const natural = adapter.dialect.naturalOrder?.({ collection, indexes: [] });
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const where = after === undefined ? undefined : natural?.after([after]);
      const query = { where, order: natural?.native, skip: 0, limit: 7 };
      const page = await Array.fromAsync(adapter.find(collection, query, call()));
      seen.push(...page.map(({ id }) => id));
      if (page.length < 7) break;
    }
    expect(seen.length).toBe(60);
    expect(new Set(seen).size).toBe(60);
  });

  it('a collection that another process dropped is made anew', async () => {
    await insert(documentOf('a', {}));
    await other.schema.dropCollection(collection, call());
    expect(await adapter.get(collection, ['a'], call())).toEqual([undefined]);
    expect(await insert(documentOf('b', {}))).toEqual([{ status: 'inserted' }]);
    expect(await idsOf({})).toEqual(['b']);
  });

  async function ledgerRow(): Promise<{ readonly table_name: string; readonly indexes: string }> {
    const text = `SELECT table_name, indexes FROM ${options.keyspace}.collections WHERE part = 'all' AND name = ?`;
    const [row] = await direct.read({ text, values: [collection] }, call());
    return { table_name: String(row?.table_name), indexes: String(row?.indexes) };
  }

  async function lookupRows(): Promise<readonly string[]> {
    const [index] = JSON.parse((await ledgerRow()).indexes) as { readonly id: string }[];
    const rows = await direct.read(
      {
        text: `SELECT id FROM ${options.keyspace}.lookups WHERE index_id = ? AND shard IN (0,1,2,3,4,5,6,7)`,
        values: [index?.id],
      },
      call(),
    );
    return rows.map((one) => String(one.id)).sort();
  }
});

const parsedInc = parseUpdate({ $inc: { n: 1 } }, undefined, {
  path: 'update',
  shortNames: true,
  extendedJson: false,
});

function removal(id: string) {
  return {
    id,
    change: { kind: 'remove' },
    expectedVersion: undefined,
    where: undefined,
    insert: undefined,
  } as const;
}

function inserting(id: string): WriteOperation {
  return { kind: 'insert', collection, document: documentOf(id, { of: 'batch' }) };
}

function removing(id: string, expectedVersion?: number): WriteOperation {
  return {
    kind: 'change',
    collection,
    target: { kind: 'id', id, expectedVersion },
    change: { kind: 'remove' },
    upsert: false,
    expectMatched: undefined,
    optional: false,
  };
}
