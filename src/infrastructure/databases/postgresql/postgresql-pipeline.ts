import { pushDown } from '../../../application/planning/push-down.ts';
import type { NativePipeline, PlanContext } from '../../../application/ports/dialect.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { documentDialect, postgresqlDialect } from './postgresql-dialect.ts';
import { groupSql } from './postgresql-group.ts';
import { sortKeySql } from './postgresql-paths.ts';
import { documentJson, type Relation, relationOf, rowColumns, selectFrom } from './postgresql-relation.ts';
import { projectSql, unsetSql } from './postgresql-reshape.ts';
import { postgresqlSort } from './postgresql-sort.ts';
import { unwindSql } from './postgresql-unwind.ts';

/**
 * As many leading stages as PostgreSQL runs with exactly the domain's result, as one statement; each step that cannot
 * be merged into the one before is a query around it. Only where that leaves the service less to read than the filter
 * alone would: when every stage is covered, or one of them bounds what comes out.
 */
export function postgresqlPipeline(
  stages: readonly Stage[],
  context: PlanContext,
): NativePipeline<SqlFragment> | undefined {
  let relation = relationOf(context.collection);
  let covered = 0;
  let bounded = false;
  for (const stage of stages) {
    const final = finalStage(relation, stage);
    if (final !== undefined) return withIndex(final, covered + 1, stages, context);
    const next = nextRelation(relation, stage, context);
    if (next === undefined) break;
    relation = next;
    covered += 1;
    bounded ||= stage.kind === 'limit';
  }
  if (covered === 0 || (covered < stages.length && !bounded)) return undefined;
  return withIndex(finished(relation), covered, stages, context);
}

/** A stage behind which there are no documents of the collection any more. */
function finalStage(relation: Relation, stage: Stage): SqlFragment | undefined {
  switch (stage.kind) {
    case 'count':
    case 'group':
    case 'sortByCount':
      return groupSql(relation, stage);
    default:
      return undefined;
  }
}

function nextRelation(relation: Relation, stage: Stage, context: PlanContext): Relation | undefined {
  switch (stage.kind) {
    case 'match': {
      const dialect = relation.shape === 'row' ? postgresqlDialect : documentDialect;
      if (stage.filter.kind === 'nothing') return matching(relation, sql`FALSE`);
      const { native, residual } = pushDown(stage.filter, dialect, context);
      if (residual !== undefined) return undefined;
      return native === undefined ? relation : matching(relation, native);
    }
    case 'sort':
      return sorted(relation, stage.sort, context);
    case 'skip':
      return skipped(relation, stage.count);
    case 'limit':
      return { ...relation, limit: Math.min(relation.limit ?? stage.count, stage.count) };
    case 'unwind':
      return unwindSql(relation, stage);
    case 'project':
      return projectSql(relation, stage.projection);
    case 'unset':
      return unsetSql(relation, stage.paths);
    default:
      return undefined;
  }
}

function isCut({ skip, limit }: Relation): boolean {
  return skip > 0 || limit !== undefined;
}

/** The relation as a subquery; its order goes on outside, where the columns have the same names. */
function wrapped(relation: Relation): Relation {
  const columns = relation.shape === 'row' ? sql`*` : sql`doc`;
  return {
    ...relation,
    from: sql`(${selectFrom(relation, columns)}) AS r`,
    where: [],
    skip: 0,
    limit: undefined,
  };
}

function matching(relation: Relation, condition: SqlFragment): Relation {
  const open = isCut(relation) ? wrapped(relation) : relation;
  return { ...open, where: [...open.where, condition] };
}

function skipped(relation: Relation, count: number): Relation {
  const limit = relation.limit === undefined ? undefined : Math.max(0, relation.limit - count);
  return { ...relation, skip: relation.skip + count, limit };
}

function sorted(relation: Relation, sort: Sort, context: PlanContext): Relation | undefined {
  const open = isCut(relation) ? wrapped(relation) : relation;
  if (open.shape === 'row') {
    const byId = sort.some(({ path }) => path.length === 1 && path[0] === '_id');
    const native = postgresqlSort(byId ? sort : [...sort, { path: ['_id'], direction: 1 }], context);
    return native && { ...open, order: native.native };
  }
  if (new Set(sort.map(({ path }) => path[0])).size < sort.length) return undefined;
  const keys = sort.map(
    ({ path, direction }) =>
      sql`${sortKeySql(sql`doc`, path, direction)}${trustedSql(direction === 1 ? '' : ' DESC')}`,
  );
  return { ...open, order: joinSql(keys, ', ') };
}

/** Six columns of a row, or one of JSON. */
function finished(relation: Relation): SqlFragment {
  return selectFrom(relation, relation.shape === 'row' ? rowColumns : sql`(${documentJson(relation)})::text`);
}

function withIndex(
  native: SqlFragment,
  covered: number,
  stages: readonly Stage[],
  context: PlanContext,
): NativePipeline<SqlFragment> {
  const [first] = stages;
  const index =
    first?.kind === 'match' ? pushDown(first.filter, postgresqlDialect, context).index : undefined;
  return index === undefined ? { native, stages: covered } : { native, stages: covered, index };
}
