import { flatView } from '../../domain/document/flat-view.ts';
import { compareValues } from '../../domain/evaluation/compare-values.ts';
import { valuesAt } from '../../domain/evaluation/values-at.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { Value } from '../../domain/value/value.ts';
import { pushDown } from '../planning/push-down.ts';
import type { Call } from '../ports/call.ts';
import { type Execution, planContext } from './execution.ts';
import { findMatching } from './find-matching.ts';
import { guardScan } from './guard-scan.ts';

/** The distinct values of a field in ascending order; an array counts by its elements. */
export async function distinctValues<N>(
  execution: Execution<N>,
  collection: string,
  path: Path,
  filter: Filter,
  call: Call,
): Promise<readonly Value[]> {
  if (filter.kind === 'nothing') return [];
  const pushed = pushDown(filter, execution.adapter.dialect, await planContext(execution, collection, call));
  if (pushed.residual === undefined) {
    const native = await execution.operations.distinct?.(collection, path, pushed.native, call);
    if (native !== undefined) return native;
  }
  const bounded = pushed.index === undefined ? execution.options.maxScanDocuments : Number.POSITIVE_INFINITY;
  const found = guardScan(findMatching(execution, collection, pushed, call), bounded, call);
  const values: Value[] = [];
  for await (const document of found) values.push(...valuesAt(flatView(document), path));
  return unique(values);
}

function unique(values: Value[]): readonly Value[] {
  values.sort(compareValues);
  return values.filter((value, index) => index === 0 || compareValues(value, values[index - 1]) !== 0);
}
