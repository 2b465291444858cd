import type { Filter } from '../../domain/query/filter.ts';
import type { Pipeline } from '../../domain/query/stage.ts';
import { describeFilter } from '../planning/describe-filter.ts';
import { pinnedId } from '../planning/pinned-id.ts';
import { planFind } from '../planning/plan-find.ts';
import { planPipeline } from '../planning/plan-pipeline.ts';
import { type PushedFilter, pushDown } from '../planning/push-down.ts';
import type { Call } from '../ports/call.ts';
import type { Explanation, FindQuery } from '../ports/document-repository.ts';
import { type Execution, planContext } from './execution.ts';

/** The plan of a find, as the API shows it; nothing is run. */
export async function explainFind<N>(
  execution: Execution<N>,
  collection: string,
  query: FindQuery,
  call: Call,
): Promise<Explanation> {
  const { dialect, type } = execution.adapter;
  const plan = planFind(query, dialect, await planContext(execution, collection, call));
  const { where, order, skip, limit } = plan.native;
  return {
    database: type,
    native: {
      where: where === undefined ? null : dialect.explain(where),
      order: order === undefined ? null : dialect.explain(order),
      skip,
      limit: limit ?? null,
    },
    residual: residualText(plan.residual),
    scan: plan.scan,
    index: plan.index ?? null,
    sort: plan.sortInProcess ? 'in_process' : 'native',
    stages_native: 0,
    stages_in_process: 0,
  };
}

export async function explainCount<N>(
  execution: Execution<N>,
  collection: string,
  filter: Filter,
  call: Call,
): Promise<Explanation> {
  const pushed = pushDown(filter, execution.adapter.dialect, await planContext(execution, collection, call));
  return explainFiltered(execution, pushed, pinnedId(filter) !== undefined, 0);
}

export async function explainAggregate<N>(
  execution: Execution<N>,
  collection: string,
  pipeline: Pipeline,
  call: Call,
): Promise<Explanation> {
  const { dialect, type } = execution.adapter;
  const plan = planPipeline(pipeline, dialect, await planContext(execution, collection, call));
  if (plan.kind === 'filtered') return explainFiltered(execution, plan.filter, plan.byId, plan.rest.length);
  return {
    database: type,
    native: dialect.explain(plan.native),
    residual: null,
    scan: plan.index === undefined ? 'collection' : 'index',
    index: plan.index ?? null,
    sort: 'none',
    stages_native: pipeline.length - plan.rest.length,
    stages_in_process: plan.rest.length,
  };
}

function explainFiltered<N>(
  execution: Execution<N>,
  pushed: PushedFilter<N>,
  byId: boolean,
  stagesInProcess: number,
): Explanation {
  const { dialect, type } = execution.adapter;
  return {
    database: type,
    native: pushed.native === undefined ? null : { where: dialect.explain(pushed.native) },
    residual: residualText(pushed.residual),
    scan: byId ? 'id' : pushed.index === undefined ? 'collection' : 'index',
    index: pushed.index ?? null,
    sort: 'none',
    stages_native: 0,
    stages_in_process: stagesInProcess,
  };
}

function residualText(residual: Filter | undefined): string | null {
  return residual === undefined ? null : describeFilter(residual);
}
