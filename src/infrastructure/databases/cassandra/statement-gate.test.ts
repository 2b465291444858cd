import { expect, it } from 'vitest';
import { testCall } from '../../../../test/support/test-call.ts';
import { StatementGate } from './statement-gate.ts';

it('who is aborted leaves the line at once and does nothing, and those behind are served', async () => {
  const gate = new StatementGate({ atOnce: 1, waiting: 2, waitMs: 10_000 });
  const first = Promise.withResolvers<string>();
  const begun: string[] = [];
  const begin = (name: string) => async () => {
    begun.push(name);
    return name;
  };
  const running = gate.run(testCall(), () => first.promise);
  const stop = new AbortController();
  const aborted = gate.run({ ...testCall(), signal: stop.signal }, begin('aborted'));
  const behind = gate.run(testCall(), begin('behind'));
  stop.abort(new Error('the caller has gone'));
  await expect(aborted).rejects.toThrow('the caller has gone');
  const last = gate.run(testCall(), begin('last'));
  first.resolve('first');
  expect(await Promise.all([running, behind, last])).toEqual(['first', 'behind', 'last']);
  expect(begun).toEqual(['behind', 'last']);
});

it('who is aborted when the turn has come gives the place back', async () => {
  const gate = new StatementGate({ atOnce: 1, waiting: 0, waitMs: 0 });
  const call = { ...testCall(), signal: AbortSignal.abort(new Error('the caller has gone')) };
  await expect(gate.run(call, async () => 'done')).rejects.toThrow('the caller has gone');
  expect(await gate.run(testCall(), async () => 'done')).toBe('done');
});
