import { expect, it } from 'vitest';
import { localValues } from './local-values.ts';

it('takes an array that has more elements than a call has arguments', () => {
  const many = Array.from({ length: 300_000 }, (_, i) => i);
  expect(localValues({ a: [{ b: many }, { b: 'x' }, {}] }, ['a', 'b'])).toHaveLength(300_002);
});
