import { defineConfig } from 'vitest/config';

/**
 * `unit`: beside the code, milliseconds each. `integration`: real databases, whole processes, long lists of cases.
 * `npx vitest run --project unit` is the quick loop; `npm test` runs both.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/skipped-tests-reporter.ts'],
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts', 'handlers/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          globalSetup: './test/support/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
