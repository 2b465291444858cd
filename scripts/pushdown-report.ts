import { readFileSync, writeFileSync } from 'node:fs';
import { databaseTypes } from '../src/domain/database-type.ts';
import { countPushDown, type PushDown } from '../test/corpus/count-push-down.ts';
import { openTestRepository, testDatabases } from '../test/support/test-databases.ts';
import { describePushDown } from './describe-push-down.ts';

/**
 * `npm run pushdown-report`: counts, over the corpus's plain filters, how many each database runs by itself. Plans for
 * the databases whose addresses are in the environment and for the embedded ones, prints the table, and records the
 * figures, from which `npm run docs` makes the same table in docs/capabilities.md.
 */
const file = new URL('../test/corpus/push-down.json', import.meta.url);
const figures = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, PushDown>));
for (const database of testDatabases) {
  const repository = await openTestRepository(database);
  figures.set(database.type, await countPushDown(repository));
  await repository.close();
}
const inOrder = databaseTypes.flatMap((type) => {
  const figure = figures.get(type);
  return figure === undefined ? [] : [[type, figure] as const];
});
writeFileSync(file, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`);
console.log(describePushDown(Object.fromEntries(inOrder)));
