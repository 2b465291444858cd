import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { DatabaseType } from '../../src/domain/database-type.ts';
import { isMongodbStandIn } from '../support/mongodb-stand-in.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { type CorpusCase, corpusFiles, readPlainCases } from './corpus-case.ts';
import { groupCases } from './group-cases.ts';
import { runGroup } from './run-group.ts';

/**
 * The cases that are known not to pass, by id, with the reason: on every database under `*`, else under its name. A case
 * that is listed and passes fails the test, as does one that fails and is not listed.
 */
type Deviations = Readonly<Record<string, Readonly<Record<string, string>>>>;
const deviations = JSON.parse(
  readFileSync(new URL('./deviations.json', import.meta.url), 'utf8'),
) as Deviations;

/** Reason → the cases that MongoDB's stand-in cannot judge; `[*]` stands for all cases of a test. */
const ofStandIn = JSON.parse(
  readFileSync(new URL('./deviations-mongodb-stand-in.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;
const standIn = (await isMongodbStandIn(process.env.MONGODB_URI))
  ? new Map(Object.entries(ofStandIn).flatMap(([reason, ids]) => ids.map((id) => [id, reason] as const)))
  : new Map<string, string>();

/** Why a case need not pass. */
function excuse(database: DatabaseType, id: string): string | undefined {
  const known = deviations[database]?.[id] ?? deviations['*']?.[id];
  if (known !== undefined || database !== 'mongodb') return known;
  return standIn.get(id) ?? standIn.get(id.replace(/\[.*$/s, '[*]'));
}

/** The stand-in reads the clock anew for each `$$NOW`, so that this case passes or not as the millisecond turns. */
const unsteadyOnStandIn: ReadonlySet<string> = new Set([
  'operator/expressions/variable/system_variables/now/test_now_date_operations.py::test_now_arithmetic[add_long]',
]);

function isUnsteady(database: DatabaseType, id: string): boolean {
  return database === 'mongodb' && standIn.size > 0 && unsteadyOnStandIn.has(id);
}

/** How many groups of cases run side by side, each lane in collections of its own, where writes mostly wait for the disk. */
const lanes: Partial<Record<DatabaseType, number>> = { cassandra: 8, elasticsearch: 8 };

/**
 * Elasticsearch reads by segments: mostly, but not always, in the order of insertion that some cases expect without
 * sorting. What fails there is filled and asked once more.
 */
async function runSteadily(
  repository: DocumentRepository,
  group: readonly CorpusCase[],
  lane: number,
): Promise<Awaited<ReturnType<typeof runGroup>>> {
  const verdicts = await runGroup(repository, group, lane);
  const { database } = repository;
  const surprising = group.some(
    ({ id }, i) => verdicts[i] !== undefined && excuse(database, id) === undefined,
  );
  return database === 'elasticsearch' && surprising ? runGroup(repository, group, lane) : verdicts;
}

describe.each(testDatabases)('the corpus on $type', (database) => {
  let repository: DocumentRepository;
  beforeAll(async () => {
    repository = await openTestRepository(database);
  });
  afterAll(() => repository.close());

  test.each(corpusFiles)('%s', { timeout: 1_200_000 }, async (file) => {
    const cases = readPlainCases(file);
    const surprises: string[] = [];
    let passed = 0;
    const queue = groupCases(cases).values();
    const note = (one: CorpusCase, wrong: string | undefined): void => {
      if (wrong === undefined) passed += 1;
      const excused = excuse(database.type, one.id) !== undefined;
      if (isUnsteady(database.type, one.id)) return;
      if (wrong === undefined && excused) surprises.push(`${one.id} passes, but is listed`);
      if (wrong !== undefined && !excused) surprises.push(`${one.id} ${wrong}`);
    };
    const work = async (lane: number): Promise<void> => {
      for (const group of queue) {
        const verdicts = await runSteadily(repository, group, lane);
        for (const [i, one] of group.entries()) note(one, verdicts[i]);
      }
    };
    await Promise.all(Array.from({ length: lanes[database.type] ?? 1 }, (_, lane) => work(lane)));
    console.info(`${database.type} ${file}: ${passed} of ${cases.length} plain cases pass`);
    expect(surprises).toEqual([]);
  });
});
