import { afterAll, beforeAll, describe } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { aggregation } from './aggregation.ts';
import { changeFeed } from './change-feed.ts';
import { concurrency } from './concurrency.ts';
import { documents } from './documents.ts';
import { filters } from './filters.ts';
import { hostileInput } from './hostile-input.ts';
import { many } from './many.ts';
import { paging } from './paging.ts';
import { schema } from './schema.ts';
import { createSuite } from './suite.ts';
import { transactions } from './transactions.ts';

const concerns = {
  documents,
  filters,
  paging,
  concurrency,
  many,
  transactions,
  schema,
  aggregation,
  changeFeed,
  hostileInput,
};

describe.each(testDatabases)('$type', (database) => {
  let opened: DocumentRepository;
  beforeAll(async () => {
    opened = await openTestRepository(database);
  });
  afterAll(() => opened.close());

  for (const [name, concern] of Object.entries(concerns)) {
    describe(name, () => concern(createSuite(database.type, name, () => opened)));
  }
});
