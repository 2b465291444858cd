import type { Filter } from '../../domain/query/filter.ts';
import type { Pipeline, Stage } from '../../domain/query/stage.ts';
import type { Dialect, PlanContext } from '../ports/dialect.ts';
import { pinnedId } from './pinned-id.ts';
import { type PushedFilter, pushDown } from './push-down.ts';

/** How a pipeline is answered. */
export type PipelinePlan<N> =
  /** The database runs `native`, the service the `rest` on what leaves it. */
  | {
      readonly kind: 'native';
      readonly native: N;
      readonly rest: Pipeline;
      readonly index: string | undefined;
    }
  /** The database filters by the leading `$match`es as far as it can; the service does everything else. */
  | {
      readonly kind: 'filtered';
      readonly filter: PushedFilter<N>;
      readonly rest: Pipeline;
      readonly empty: boolean;
      readonly byId: boolean;
    };

/** Plans a pipeline. Pure. */
export function planPipeline<N>(
  pipeline: Pipeline,
  dialect: Dialect<N>,
  context: PlanContext,
): PipelinePlan<N> {
  const pushed = pipeline.length === 0 ? undefined : dialect.pipeline?.(pipeline, context);
  if (pushed !== undefined) {
    return {
      kind: 'native',
      native: pushed.native,
      rest: pipeline.slice(pushed.stages),
      index: pushed.index,
    };
  }
  const matches = leadingMatches(pipeline);
  const filter: Filter = { kind: 'and', of: matches };
  return {
    kind: 'filtered',
    filter: pushDown(filter, dialect, context),
    rest: pipeline.slice(matches.length),
    empty: matches.some((match) => match.kind === 'nothing'),
    byId: pinnedId(filter) !== undefined,
  };
}

function leadingMatches(pipeline: Pipeline): readonly Filter[] {
  const end = pipeline.findIndex((stage) => stage.kind !== 'match');
  const leading = end === -1 ? pipeline : pipeline.slice(0, end);
  return leading.filter(isMatch).map((stage) => stage.filter);
}

function isMatch(stage: Stage): stage is Extract<Stage, { kind: 'match' }> {
  return stage.kind === 'match';
}
