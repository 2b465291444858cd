import { pushDown } from '../../../application/planning/push-down.ts';
import type { Dialect, NativePipeline, PlanContext } from '../../../application/ports/dialect.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { isCut, limited, matching, ordered, type Relation, skipped } from './relation.ts';
import { type SqlFragment, sql } from './sql-fragment.ts';

/** What a database says of the stages of a pipeline; undefined wherever it has no exact words. */
export interface PipelineDialect {
  readonly start: (context: PlanContext) => Relation;
  /** How conditions on the relation's documents are said. */
  readonly filters: (relation: Relation) => Dialect<SqlFragment>;
  readonly sort: (relation: Relation, sort: Sort, context: PlanContext) => SqlFragment | undefined;
  /** A stage that makes other documents of the relation's: `$project`, `$unset`, `$unwind`… */
  readonly reshape: (relation: Relation, stage: Stage) => Relation | undefined;
  /** A stage behind which nothing can be said any more: groupings. */
  readonly end: (relation: Relation, stage: Stage, context: PlanContext) => SqlFragment | undefined;
  /** The statement that answers the relation's documents. */
  readonly documents: (relation: Relation) => SqlFragment;
}

/**
 * As many leading stages as the database runs with exactly the domain's result, as one statement; each step that cannot
 * be merged into the one before is a query around it. Only where that leaves the service less to read than the filter
 * alone would: when every stage is covered, or one of them bounds what comes out.
 */
export function sqlPipeline(
  stages: readonly Stage[],
  context: PlanContext,
  dialect: PipelineDialect,
): NativePipeline<SqlFragment> | undefined {
  const { last, relation, covered } = leading(dialect.start(context), stages, context, dialect);
  if (last !== undefined) return withIndex(last, covered, stages, context, dialect);
  const bounded = stages.slice(0, covered).some(({ kind }) => kind === 'limit');
  if (covered === 0 || (covered < stages.length && !bounded)) return undefined;
  return withIndex(dialect.documents(relation), covered, stages, context, dialect);
}

/** A pipeline over a relation; undefined unless all of it can be said. */
export function wholePipeline(
  start: Relation,
  stages: readonly Stage[],
  context: PlanContext,
  dialect: PipelineDialect,
): SqlFragment | undefined {
  const { last, relation, covered } = leading(start, stages, context, dialect);
  return covered < stages.length ? undefined : (last ?? dialect.documents(relation));
}

interface Leading {
  readonly relation: Relation;
  /** The statement of a stage behind which nothing can be said. */
  readonly last: SqlFragment | undefined;
  readonly covered: number;
}

function leading(
  start: Relation,
  stages: readonly Stage[],
  context: PlanContext,
  dialect: PipelineDialect,
): Leading {
  let relation = start;
  for (const [i, stage] of stages.entries()) {
    const last = dialect.end(relation, stage, context);
    if (last !== undefined) return { relation, last, covered: i + 1 };
    const next = nextRelation(relation, stage, context, dialect);
    if (next === undefined) return { relation, last, covered: i };
    relation = next;
  }
  return { relation, last: undefined, covered: stages.length };
}

function nextRelation(
  relation: Relation,
  stage: Stage,
  context: PlanContext,
  dialect: PipelineDialect,
): Relation | undefined {
  const known = relation.isTable && !isCut(relation) ? context : { ...context, indexes: [] };
  switch (stage.kind) {
    case 'match': {
      if (stage.filter.kind === 'nothing') return matching(relation, sql`FALSE`);
      const { native, residual } = pushDown(stage.filter, dialect.filters(relation), known);
      if (residual !== undefined) return undefined;
      return native === undefined ? relation : matching(relation, native);
    }
    case 'sort': {
      const keys = dialect.sort(relation, stage.sort, known);
      return keys && ordered(relation, keys);
    }
    case 'skip':
      return skipped(relation, stage.count);
    case 'limit':
      return limited(relation, stage.count);
    default:
      return dialect.reshape(relation, stage);
  }
}

function withIndex(
  native: SqlFragment,
  covered: number,
  stages: readonly Stage[],
  context: PlanContext,
  dialect: PipelineDialect,
): NativePipeline<SqlFragment> {
  const [first] = stages;
  const index =
    first?.kind === 'match'
      ? pushDown(first.filter, dialect.filters(dialect.start(context)), context).index
      : undefined;
  return index === undefined ? { native, stages: covered } : { native, stages: covered, index };
}
