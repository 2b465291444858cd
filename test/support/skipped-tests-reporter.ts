import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { databaseTypes } from '../../src/domain/database-type.ts';
import { testDatabases } from './test-databases.ts';

/** Ends a run with the list of what did not run and why, so that a skipped database is never mistaken for a passed one. */
// biome-ignore lint/style/noDefaultExport: vitest loads reporters by their default export
export default class SkippedTestsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const line = `${test.module.relativeModuleId}: ${reasonOf(test)}`;
        reasons.set(line, (reasons.get(line) ?? 0) + 1);
      }
    }
    for (const name of unreachable()) reasons.set(`${name}: no address in the environment`, 0);
    if (reasons.size === 0) return;
    console.log('\nSkipped:');
    for (const [line, count] of reasons)
      console.log(count === 0 ? `  ${line}` : `  ${line} (${count} tests)`);
  }
}

/** The databases whose suites did not run. */
function unreachable(): readonly string[] {
  const tested = testDatabases.map(({ type }) => type);
  return databaseTypes.filter((type) => !tested.includes(type));
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason given';
}
