import { expect, test } from 'vitest';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { countPushDown } from './count-push-down.ts';
import recorded from './push-down.json' with { type: 'json' };

/** The figures that docs/capabilities.md shows are those of the planner: `npm run pushdown-report` records them. */
test.for(testDatabases.map((database) => [database.type, database] as const))(
  'what is pushed down to %s is what the docs say',
  async ([type, database]) => {
    const repository = await openTestRepository(database);
    try {
      expect({ [type]: await countPushDown(repository) }).toEqual({
        [type]: (recorded as Readonly<Record<string, unknown>>)[type],
      });
    } finally {
      await repository.close();
    }
  },
);
