import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { parsePipeline } from '../../../application/query-language/parse-pipeline.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { createPostgresqlAdapter } from './postgresql-adapter.ts';
import { postgresqlPipeline } from './postgresql-pipeline.ts';
import { call, document, dropDatabase, freshDatabase } from './postgresql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.POSTGRESQL_URI;
const database = 'documents_bounds_test';

describe.skipIf(serverUri === undefined)(
  'what PostgreSQL builds is bounded as what the service builds',
  () => {
    let adapter: DatabaseAdapter<SqlFragment>;
    beforeAll(async () => {
      adapter = createPostgresqlAdapter({ uri: await freshDatabase(serverUri, database) });
      const pad = 'x'.repeat(1_000_000);
      for (let n = 0; n < 36; n += 6) {
        const part = Array.from({ length: 6 }, (_, i) =>
          document('c', `d${n + i}`, { n: n + i, all: 1, few: n < 18, pad }),
        );
        await adapter.insert('c', part, call(), { ordered: true });
      }
      await adapter.insert('one', [document('one', 'a', { all: 1, few: true })], call(), { ordered: true });
    }, 60_000);
    afterAll(async () => {
      await adapter.close();
      await dropDatabase(serverUri, database);
    }, 60_000);

    async function answer(collection: string, source: readonly Json[]): Promise<readonly PipelineDocument[]> {
      const stages = parsePipeline(source, { path: 'pipeline', shortNames: false, extendedJson: false });
      const plan = postgresqlPipeline(stages, { collection, indexes: [] });
      if (plan?.stages !== stages.length) throw new TypeError('not all of it is native');
      const found: PipelineDocument[] = [];
      for await (const one of adapter.aggregate?.(collection, plan.native, call()) ?? []) found.push(one);
      return found;
    }

    const join = { $lookup: { from: 'c', localField: 'all', foreignField: 'all', as: 'found' } };
    const joinFew = { $lookup: { ...join.$lookup, localField: 'few', foreignField: 'few' } };
    const few = { $match: { n: { $lt: 18 } } };
    const tooLarge: readonly (readonly [string, string, readonly Json[]])[] = [
      ['a facet', 'c', [{ $facet: { all: [{ $sort: { n: 1 } }] } }]],
      ['a group', 'c', [{ $group: { _id: null, all: { $push: '$$ROOT' } } }]],
      ['a joined document', 'one', [join]],
      ['a joined document of less text', 'one', [joinFew]],
      ['a facet of less text', 'c', [{ $facet: { all: [few] } }]],
      ['a group of less text', 'c', [few, { $group: { _id: null, all: { $push: '$$ROOT' } } }]],
    ];
    it.each(tooLarge)('%s', async (_, collection, source) => {
      await expect(answer(collection, source)).rejects.toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    });

    it('answers what a document can hold', async () => {
      const match = { $match: { n: { $lt: 12 } } };
      const [facets] = await answer('c', [{ $facet: { all: [match] } }]);
      expect(facets?.all).toHaveLength(12);
      const [group] = await answer('c', [match, { $group: { _id: null, all: { $push: '$$ROOT' } } }]);
      expect(group?.all).toHaveLength(12);
    });
  },
);
