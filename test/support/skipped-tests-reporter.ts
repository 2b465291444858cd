import type { Reporter, TestCase, TestModule } from 'vitest/node';

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
    if (reasons.size === 0) return;
    console.log('\nSkipped:');
    for (const [line, count] of reasons) console.log(`  ${line} (${count} tests)`);
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason given';
}
