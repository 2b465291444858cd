import { test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { DatabaseType } from '../../src/domain/database-type.ts';
import { testCall } from '../support/test-call.ts';
import { deviations } from './deviations.ts';

/** What a concern is given: the database under test, opened before its tests run. */
export interface Suite {
  readonly database: DatabaseType;
  readonly repository: () => DocumentRepository;
  /** An empty collection without indexes. From a small pool: making one takes seconds on some databases. */
  readonly collection: () => Promise<string>;
  /** Like vitest's; a test that `deviations.ts` lists for the database runs and must fail. */
  readonly test: (name: string, run: () => Promise<void>) => void;
}

export function createSuite(
  database: DatabaseType,
  concern: string,
  repository: () => DocumentRepository,
): Suite {
  return {
    database,
    repository,
    collection: () => emptyCollection(repository(), `conformance_${concern}`),
    test: (name, run) => {
      const reason = deviations[database]?.[`${concern}: ${name}`];
      if (reason === undefined) test(name, run);
      else test.fails(`${name} (deviates: ${reason})`, run);
    },
  };
}

async function emptyCollection(repository: DocumentRepository, name: string): Promise<string> {
  const call = testCall();
  if (!(await repository.collectionExists(name, call))) return name;
  await repository.deleteMany(name, { kind: 'everything' }, call);
  for (const index of await repository.listIndexes(name, call)) {
    if (index.name !== '_id_') await repository.dropIndex(name, index.name, call);
  }
  return name;
}
