import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPlannedDocumentRepository } from '../../../application/execution/planned-document-repository.ts';
import type { DocumentRepository } from '../../../application/ports/document-repository.ts';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import { parseSort } from '../../../application/query-language/parse-sort.ts';
import { parseUpdate } from '../../../application/query-language/parse-update.ts';
import { newDocumentId } from '../../../domain/document/document-id.ts';
import { createPostgresqlAdapter } from './postgresql-adapter.ts';
import { PostgresqlSession } from './postgresql-connection.ts';
import { call, document, dropDatabase, freshDatabase, index } from './postgresql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.POSTGRESQL_URI;

const evil = `evil'"); DROP TABLE "Things"; -- \\ $1 \``;
const database = 'documents_injection_test';

describe.skipIf(serverUri === undefined)('what the caller says', () => {
  let repository: DocumentRepository;
  /** Every text that was sent. The sessions are the real ones; they are only listened to. */
  const sent: string[] = [];
  beforeAll(async () => {
    const rows = PostgresqlSession.prototype.rows;
    vi.spyOn(PostgresqlSession.prototype, 'rows').mockImplementation(function (
      this: PostgresqlSession,
      statement,
    ) {
      sent.push(statement.text);
      return rows.call(this, statement);
    });
    const options = {
      maxScanDocuments: 1000,
      maxEvaluationSteps: 1_000_000,
      maxRetries: 3,
      allowPipelineWrites: false,
      now: () => new Date(),
      newId: newDocumentId,
    };
    repository = createPlannedDocumentRepository(
      createPostgresqlAdapter({ uri: await freshDatabase(serverUri, database) }),
      options,
    );
  }, 60_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await repository.close();
    await dropDatabase(serverUri, database);
  });

  it('is never text of a statement on documents, and a quoted literal in the definition of an index', async () => {
    const options = { path: 'query', shortNames: true, extendedJson: false };
    const things = [
      document('Things', evil, { [evil]: evil, n: 1 }),
      document('Things', 'b', { [evil]: [1, 'evil~'] }),
    ];
    await repository.insert('Things', things, false, call());
    for (const indexed of [false, true]) {
      if (indexed)
        await repository.createIndexes(
          'Things',
          [index(evil, { keys: [{ path: [evil], kind: 1 }], unique: true })],
          call(),
        );
      const filter = parseFilter({ [evil]: { $gte: evil, $regex: 'evil' } }, options);
      const query = {
        filter,
        sort: parseSort({ [evil]: -1 }, options),
        skip: 0,
        limit: 5,
        after: undefined,
        projection: undefined,
      };
      const found = await Array.fromAsync(repository.find('Things', query, call()));
      expect(found.map(({ id }) => id).sort()).toEqual(['b', evil]);
      expect(await repository.distinct('Things', [evil], filter, call())).toEqual([1, evil, 'evil~']);
      const update = parseUpdate({ $set: { [`x${evil.replaceAll('$', '')}`]: evil } }, undefined, options);
      expect((await repository.updateMany('Things', filter, update, call())).matched).toBe(2);
    }
    const definitions = /^(CREATE|INSERT INTO document_service\."unique)/;
    const texts = sent.filter((text) => text.includes('evil'));
    expect(texts.filter((text) => !definitions.test(text))).toEqual([]);
    expect(texts.length).toBeGreaterThan(0);
  });
});
