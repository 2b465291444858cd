import type { Filter } from '../../domain/query/filter.ts';
import type { Sort } from '../../domain/query/sort.ts';
import type { NativeFind } from '../ports/database-adapter.ts';
import type { Dialect, NativeSort, PlanContext } from '../ports/dialect.ts';
import type { FindQuery } from '../ports/document-repository.ts';
import { pinnedId } from './pinned-id.ts';
import { pushDown } from './push-down.ts';

/** How one find is answered: first the database's part, then what the service does to the stream of candidates. */
export interface FindPlan<N> {
  readonly native: NativeFind<N>;
  /** The filter can hold for no document: nothing is asked of the database. */
  readonly empty: boolean;
  readonly residual: Filter | undefined;
  /** The order of the answer; never empty, `_id` last. */
  readonly order: Sort;
  readonly sortInProcess: boolean;
  /** Keyset paging that the database could not do: rows up to this key are dropped in process. */
  readonly afterInProcess: FindQuery['after'];
  readonly skipInProcess: number;
  readonly limitInProcess: number | undefined;
  readonly scan: 'id' | 'index' | 'collection';
  readonly index: string | undefined;
}

/**
 * Plans a find. Pure. Skip and limit go to the database only when nothing is left over and the order is native;
 * see architecture.md "Push down a superset, finish in process".
 */
export function planFind<N>(query: FindQuery, dialect: Dialect<N>, context: PlanContext): FindPlan<N> {
  const pushed = pushDown(query.filter, dialect, context);
  const order = withTieBreak(query.sort);
  const sort = nativeSort(query.sort, order, dialect, context);
  const after = query.after === undefined ? undefined : sort?.after(query.after);
  const afterInProcess = after === undefined ? query.after : undefined;
  const pageIsNative = sort !== undefined && pushed.residual === undefined && afterInProcess === undefined;
  const wheres = [pushed.native, after].filter((part) => part !== undefined);
  const byId = pinnedId(query.filter) !== undefined;
  const index = pushed.index ?? sort?.index;
  return {
    native: {
      where: wheres.length > 1 ? dialect.and(wheres) : wheres[0],
      order: sort?.native,
      skip: pageIsNative ? query.skip : 0,
      limit: pageIsNative ? query.limit : undefined,
    },
    empty: query.filter.kind === 'nothing' || query.limit === 0,
    residual: pushed.residual,
    order,
    sortInProcess: sort === undefined,
    afterInProcess,
    skipInProcess: pageIsNative ? 0 : query.skip,
    limitInProcess: pageIsNative ? undefined : query.limit,
    scan: byId ? 'id' : index === undefined ? 'collection' : 'index',
    index,
  };
}

/** Ties are broken by `_id`, so that pages are stable. */
export function withTieBreak(sort: Sort): Sort {
  const sorted = sort.some((field) => field.path.length === 1 && field.path[0] === '_id');
  return sorted ? sort : [...sort, { path: ['_id'], direction: 1 }];
}

function nativeSort<N>(
  asked: Sort,
  order: Sort,
  dialect: Dialect<N>,
  context: PlanContext,
): NativeSort<N> | undefined {
  if (asked.length === 0 && dialect.naturalOrder !== undefined) return dialect.naturalOrder(context);
  return dialect.sort(order, context);
}
