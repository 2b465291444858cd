import { expect, it } from 'vitest';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import type { GroupRows } from './mysql-pipeline.ts';
import type { Row } from './mysql-session.ts';
import { unfold } from './mysql-unfold.ts';

const rows: GroupRows = { kind: 'groups', fold: [['all', 'list']], order: undefined };

/** As many documents as asked for, each in a group of its own. */
async function* documents(count: number, text: string): AsyncGenerator<Row> {
  for (let n = 0; n < count; n += 1) yield [1, String(n), n, text];
}

it('holds values of so many groups as memory has room for, whatever their number', async () => {
  const context = { now: new Date(), budget: new EvaluationBudget(1e6, Number.MAX_SAFE_INTEGER) };
  const text = JSON.stringify('x'.repeat(1_000_000));
  const answer = await Array.fromAsync(unfold(documents(20, text), rows, context));
  expect(answer).toHaveLength(20);
  await expect(Array.fromAsync(unfold(documents(70, text), rows, context))).rejects.toMatchObject({
    code: 'QUERY_TOO_EXPENSIVE',
  });
});
