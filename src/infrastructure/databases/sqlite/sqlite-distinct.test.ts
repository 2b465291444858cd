import { expect, it } from 'vitest';
import { distinctValues } from './sqlite-distinct.ts';

it('takes an array that has more elements than a call has arguments', () => {
  const rows = [[JSON.stringify(Array.from({ length: 300_000 }, (_, i) => i % 3))]];
  expect(distinctValues(['a'], rows)).toEqual([0, 1, 2]);
});
