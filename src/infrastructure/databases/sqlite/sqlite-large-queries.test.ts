import { expect, it } from 'vitest';
import { pushDown } from '../../../application/planning/push-down.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import { call, document, eachTestDatabase } from './sqlite-test-database.ts';

const database = eachTestDatabase();

const leaves = (count: number, name: (i: number) => string): readonly Filter[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'compare', path: [name(i)], op: 'eq', value: i }));

const context = { collection: 'c', indexes: [] };

async function idsOf(filter: Filter): Promise<readonly string[]> {
  const { native } = pushDown(filter, database.adapter.dialect, context);
  const query = { where: native, order: undefined, skip: 0, limit: undefined };
  const found = await Array.fromAsync(database.adapter.find('c', query, call()));
  return found.map(({ id }) => id);
}

it('leaves to the service what one statement cannot hold', async () => {
  await database.adapter.insert('c', [document('a', { n: 7, f0: 0 })], call(), { ordered: true });
  const { dialect } = database.adapter;
  const any: Filter = { kind: 'or', of: leaves(500, () => 'n') };
  expect(pushDown(any, dialect, context).residual).toBeUndefined();
  expect(await idsOf(any)).toEqual(['a']);
  const many: Filter = { kind: 'or', of: leaves(30_000, () => 'n') };
  expect(pushDown(many, dialect, context)).toMatchObject({ native: undefined, residual: many });
  const all = leaves(30_000, (i) => `f${i}`);
  const pushed = pushDown({ kind: 'and', of: all }, dialect, context);
  expect(pushed.native).toBeDefined();
  expect(pushed.residual).toEqual({ kind: 'and', of: all.slice(500) });
  expect(await idsOf({ kind: 'and', of: all })).toEqual([]);
});

it('runs the rest of a long pipeline in the service', () => {
  const unwind = {
    kind: 'unwind',
    source: {},
    path: ['n'],
    includeArrayIndex: undefined,
    preserveNullAndEmptyArrays: false,
  } as const;
  const stages = [
    ...Array.from({ length: 100 }, () => unwind),
    { kind: 'count', source: {}, field: 'n' } as const,
  ];
  expect(database.adapter.dialect.pipeline?.(stages, context)).toBeUndefined();
  expect(database.adapter.dialect.pipeline?.(stages.slice(90), context)?.stages).toBe(11);
});
