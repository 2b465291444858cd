import { pushDown } from '../../../application/planning/push-down.ts';
import type { Dialect, NativePipeline, PlanContext } from '../../../application/ports/dialect.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { andSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { groupSql, sortByCountSql } from './sqlite-group.ts';
import { tableOf } from './sqlite-table-name.ts';
import { unwindSql } from './sqlite-unwind.ts';

/** What the rows of a pipeline's statement are. */
export interface SqlitePipeline extends SqlFragment {
  readonly rows:
    | { readonly kind: 'documents' | 'groups' }
    | { readonly kind: 'count'; readonly field: string };
}

/** The rows so far: a table, or a statement in its place, and what is still to be said of it. */
interface Relation {
  readonly from: SqlFragment;
  /** Indexes are the table's; rows that `$unwind` made have none. */
  readonly context: PlanContext;
  readonly where: readonly SqlFragment[];
  readonly order: SqlFragment | undefined;
  readonly skip: number;
  readonly limit: number | undefined;
  readonly index: string | undefined;
}

type Step =
  /** The stage is part of the relation now. */
  | { readonly kind: 'relation'; readonly relation: Relation }
  /** The stage ends what SQL does. */
  | { readonly kind: 'end'; readonly pipeline: SqlitePipeline };

const columns = sql`id, data, version, created_at, updated_at, metadata`;

/** Each `$unwind` nests the statement twice, and SQLite bounds the depth of a statement and its tables (64). */
const maxStages = 30;

/** Texts and parameters by turns; SQLite takes 32,766 parameters. */
const maxParts = 30_000;

/**
 * The leading stages of a pipeline as one statement. Only where it keeps many rows away from the service, by a limit
 * or a group; else the service streams the documents, which bounds how many.
 */
export function sqlitePipeline(
  stages: readonly Stage[],
  context: PlanContext,
  dialect: Dialect<SqlFragment>,
): NativePipeline<SqlFragment> | undefined {
  const pipeline = leadingStages(stages.slice(0, maxStages), context, dialect);
  return pipeline !== undefined && pipeline.native.parts.length <= maxParts ? pipeline : undefined;
}

function leadingStages(
  stages: readonly Stage[],
  context: PlanContext,
  dialect: Dialect<SqlFragment>,
): NativePipeline<SqlFragment> | undefined {
  let relation: Relation = {
    from: tableOf(context.collection),
    context,
    where: [],
    order: undefined,
    skip: 0,
    limit: undefined,
    index: undefined,
  };
  for (const [i, stage] of stages.entries()) {
    const step = nextStep(relation, stage, dialect);
    if (step === undefined) return documentsOf(relation, i);
    if (step.kind === 'end') return pipelineOf(step.pipeline, i + 1, relation.index);
    relation = step.relation;
  }
  return documentsOf(relation, stages.length);
}

function documentsOf(relation: Relation, stages: number): NativePipeline<SqlFragment> | undefined {
  if (relation.limit === undefined || stages === 0) return undefined;
  return pipelineOf({ ...selectSql(columns, relation), rows: { kind: 'documents' } }, stages, relation.index);
}

function pipelineOf(
  native: SqlitePipeline,
  stages: number,
  index: string | undefined,
): NativePipeline<SqlFragment> {
  return index === undefined ? { native, stages } : { native, stages, index };
}

function nextStep(relation: Relation, stage: Stage, dialect: Dialect<SqlFragment>): Step | undefined {
  switch (stage.kind) {
    case 'match': {
      const input = hasWindow(relation) ? nested(relation) : relation;
      const { native, residual, index } = pushDown(stage.filter, dialect, input.context);
      if (residual !== undefined) return undefined;
      const where = native === undefined ? input.where : [...input.where, native];
      return step({ ...input, where, index: input.index ?? index });
    }
    case 'sort':
      return sorted(relation, stage.sort, dialect);
    case 'skip': {
      const limit = relation.limit === undefined ? undefined : Math.max(0, relation.limit - stage.count);
      return step({ ...relation, skip: relation.skip + stage.count, limit });
    }
    case 'limit':
      return step({ ...relation, limit: Math.min(relation.limit ?? stage.count, stage.count) });
    case 'count': {
      const input = hasWindow(relation) ? nested(relation) : relation;
      return end(selectSql(sql`count(*)`, { ...input, order: undefined }), {
        kind: 'count',
        field: stage.field,
      });
    }
    case 'unwind': {
      if (relation.order !== undefined || hasWindow(relation)) return undefined;
      const from = unwindSql(stage, selectSql(columns, relation));
      return from && step({ ...derived(relation, from), index: relation.index });
    }
    case 'group': {
      const grouped = groupSql(stage, relation.order !== undefined);
      return grouped && end(grouped(selectSql(columns, relation)), { kind: 'groups' });
    }
    case 'sortByCount': {
      const grouped = sortByCountSql(stage.expression);
      return grouped && end(grouped(selectSql(columns, relation)), { kind: 'groups' });
    }
    default:
      return undefined;
  }
}

function step(relation: Relation): Step {
  return { kind: 'relation', relation };
}

function end(statement: SqlFragment, rows: SqlitePipeline['rows']): Step {
  return { kind: 'end', pipeline: { ...statement, rows } };
}

/** Ties are broken by `_id`, as everywhere. */
function sorted(relation: Relation, sort: Sort, dialect: Dialect<SqlFragment>): Step | undefined {
  const input = hasWindow(relation) ? nested(relation) : relation;
  const order = dialect.sort([...sort, { path: ['_id'], direction: 1 }], input.context);
  return order && step({ ...input, order: order.native, index: input.index ?? order.index });
}

function hasWindow({ skip, limit }: Relation): boolean {
  return skip > 0 || limit !== undefined;
}

/** What comes after a skip or a limit looks at their rows only. */
function nested(relation: Relation): Relation {
  return { ...derived(relation, sql`(${selectSql(columns, relation)})`), index: relation.index };
}

function derived({ context }: Relation, from: SqlFragment): Relation {
  return {
    from,
    context: { ...context, indexes: [] },
    where: [],
    order: undefined,
    skip: 0,
    limit: undefined,
    index: undefined,
  };
}

function selectSql(what: SqlFragment, { from, where, order, skip, limit }: Relation): SqlFragment {
  const condition = andSql([...where, sql`running()`]);
  const ordered = order === undefined ? sql`` : sql` ORDER BY ${order}`;
  const window = skip === 0 && limit === undefined ? sql`` : sql` LIMIT ${limit ?? -1} OFFSET ${skip}`;
  return sql`SELECT ${what} FROM ${from} WHERE ${condition}${ordered}${window}`;
}
