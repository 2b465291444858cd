import type { Dialect } from '../../../application/ports/dialect.ts';

/** Pushes nothing down: the planner leaves everything to the domain's evaluation. */
export const memoryDialect: Dialect<never> = {
  leaf: () => undefined,
  and: unreachable,
  or: unreachable,
  not: unreachable,
  sort: () => undefined,
  explain: unreachable,
};

function unreachable(): never {
  throw new TypeError('the memory dialect makes no fragments');
}
