import { pushDown } from '../../../application/planning/push-down.ts';
import type { Dialect, NativePipeline, PlanContext } from '../../../application/ports/dialect.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import type { ElasticsearchFragment, PipelinePart } from './elasticsearch-fragment.ts';
import { nothing } from './elasticsearch-leaf.ts';
import { elasticsearchSort } from './elasticsearch-sort.ts';

const start: PipelinePart = {
  where: undefined,
  order: undefined,
  skip: 0,
  limit: undefined,
  counted: undefined,
};

/**
 * As many leading stages as one search answers with exactly the domain's result: filters, then a sort, then a cut, or
 * the number of it all. Only where that leaves the service less to read than the filter alone would: when every stage is
 * covered, or what comes out is bounded.
 */
export function elasticsearchPipeline(
  stages: readonly Stage[],
  context: PlanContext,
  dialect: Dialect<ElasticsearchFragment>,
): NativePipeline<ElasticsearchFragment> | undefined {
  let part = start;
  let covered = 0;
  for (const stage of stages) {
    const next = part.counted === undefined ? nextPart(part, stage, context, dialect) : undefined;
    if (next === undefined) break;
    part = next;
    covered += 1;
  }
  const isBounded = part.limit !== undefined || part.counted !== undefined;
  if (covered === 0 || (covered < stages.length && !isBounded)) return undefined;
  return { native: { query: part.where?.query ?? { match_all: {} }, pipeline: part }, stages: covered };
}

function nextPart(
  part: PipelinePart,
  stage: Stage,
  context: PlanContext,
  dialect: Dialect<ElasticsearchFragment>,
): PipelinePart | undefined {
  const { where, order, skip, limit } = part;
  const isCut = skip > 0 || limit !== undefined;
  switch (stage.kind) {
    case 'match': {
      if (isCut) return undefined;
      if (stage.filter.kind === 'nothing') return { ...part, where: { query: nothing } };
      const { native, residual } = pushDown(stage.filter, dialect, context);
      if (residual !== undefined) return undefined;
      if (native === undefined) return part;
      return { ...part, where: where === undefined ? native : dialect.and([where, native]) };
    }
    case 'sort': {
      // Of two sorts the second keeps the order of the first where it tells nothing.
      const native = isCut || order !== undefined ? undefined : elasticsearchSort(byId(stage.sort), context);
      return native && { ...part, order: native.native };
    }
    case 'skip':
      return {
        ...part,
        skip: skip + stage.count,
        limit: limit === undefined ? undefined : Math.max(0, limit - stage.count),
      };
    case 'limit':
      return { ...part, limit: Math.min(limit ?? stage.count, stage.count) };
    case 'count':
      return { ...part, counted: stage.field };
    default:
      return undefined;
  }
}

/** Ties go by `_id`, as in a find. */
function byId(sort: Sort): Sort {
  const isThere = sort.some(({ path }) => path.length === 1 && path[0] === '_id');
  return isThere ? sort : [...sort, { path: ['_id'], direction: 1 }];
}
