import { expect, it } from 'vitest';
import { pushDown } from '../../src/application/planning/push-down.ts';
import type { Dialect } from '../../src/application/ports/dialect.ts';
import {
  type CassandraFragment,
  cassandraDialect,
} from '../../src/infrastructure/databases/cassandra/cassandra-dialect.ts';
import { countPushDown } from './count-push-down.ts';

/** Cassandra as it plans when each field that a filter compares has an index of its own. */
const indexed: Dialect<CassandraFragment> = {
  ...cassandraDialect,
  leaf: (leaf, context) => {
    if (!('path' in leaf)) return cassandraDialect.leaf(leaf, context);
    const index = {
      name: 'one',
      keys: [{ path: leaf.path, kind: 1 as const }],
      unique: false,
      sparse: false,
      expireAfterSeconds: undefined,
      partialFilter: undefined,
    };
    return cassandraDialect.leaf(leaf, { ...context, indexes: [index] });
  },
};

it('with an index on each field, Cassandra narrows down what docs/databases/cassandra.md says', async () => {
  const figures = await countPushDown({
    explainCount: async (collection, filter) => {
      const { native, residual, index } = pushDown(filter, indexed, { collection, indexes: [] });
      return {
        database: 'cassandra',
        native: native === undefined ? null : indexed.explain(native),
        residual: residual === undefined ? null : 'left over',
        scan: index === undefined ? 'collection' : 'index',
        index: index ?? null,
        sort: 'none',
        stages_native: 0,
        stages_in_process: 0,
      };
    },
  });
  expect(figures).toEqual({ filters: 1005, whole: 20, superset: 267 });
});
