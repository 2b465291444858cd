import type { DocumentRepository } from '../src/application/ports/document-repository.ts';
import { ServiceError } from '../src/domain/errors.ts';
import type { Filter } from '../src/domain/query/filter.ts';
import type { Json } from '../src/domain/value/value.ts';
import { readPlainCases } from '../test/corpus/corpus-case.ts';
import { commandFilter } from '../test/corpus/read-commands.ts';
import { testCall } from '../test/support/test-call.ts';
import { openTestRepository, testDatabases } from '../test/support/test-databases.ts';

/**
 * Counts, over the corpus's plain filters, how many each database runs wholly by itself, and how many at least as a
 * superset. Runs on the databases whose addresses are in the environment, and on the embedded ones.
 */
const filters = readPlainCases('filter')
  .filter((one) => one.error_code === null && one.command.filter !== undefined)
  .flatMap((one) => portable(one.command.filter))
  .filter((filter) => filter.kind !== 'everything' && filter.kind !== 'nothing');

console.log('| database | filters | wholly native | as a superset | in process |');
console.log('|---|---|---|---|---|');
for (const database of testDatabases) {
  const repository = await openTestRepository(database);
  console.log(await row(database.type, repository));
  await repository.close();
}

/** The few filters that need what the portable language lacks (number ids, backtracking patterns) are no database's. */
function portable(source: Json | undefined): readonly Filter[] {
  try {
    return [commandFilter(source)];
  } catch (error) {
    if (error instanceof ServiceError) return [];
    throw error;
  }
}

async function row(type: string, repository: DocumentRepository): Promise<string> {
  const plans = await Promise.all(
    filters.map((filter) => repository.explainCount('pushdown', filter, testCall())),
  );
  const whole = plans.filter((plan) => plan.residual === null).length;
  const superset = plans.filter((plan) => plan.residual !== null && plan.native !== null).length;
  const share = (count: number): string => `${count} (${((100 * count) / filters.length).toFixed(1)} %)`;
  const inProcess = filters.length - whole - superset;
  return `| ${type} | ${filters.length} | ${share(whole)} | ${share(superset)} | ${share(inProcess)} |`;
}
