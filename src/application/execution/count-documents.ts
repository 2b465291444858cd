import type { Filter } from '../../domain/query/filter.ts';
import { pushDown } from '../planning/push-down.ts';
import type { Call } from '../ports/call.ts';
import { type Execution, planContext } from './execution.ts';
import { findMatching } from './find-matching.ts';

/** The exact number of documents for which a filter holds; counted by the database when nothing is left over. */
export async function countDocuments<N>(
  execution: Execution<N>,
  collection: string,
  filter: Filter,
  call: Call,
): Promise<number> {
  if (filter.kind === 'nothing') return 0;
  const pushed = pushDown(filter, execution.adapter.dialect, await planContext(execution, collection, call));
  if (pushed.residual === undefined) return execution.operations.count(collection, pushed.native, call);
  let count = 0;
  for await (const _ of findMatching(execution, collection, pushed, call)) count += 1;
  return count;
}
