import { withTieBreak } from '../../../application/planning/plan-find.ts';
import { pushDown } from '../../../application/planning/push-down.ts';
import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Dialect, NativePipeline, PlanContext } from '../../../application/ports/dialect.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import type { Fold } from '../sql/fold-group.ts';
import type { GroupPlan } from '../sql/plan-group.ts';
import { type PipelineDialect, sqlPipeline } from '../sql/plan-pipeline.ts';
import { type Relation, selectFrom, tableRelation } from '../sql/relation.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { mysqlComputedOrder } from './mysql-computed-order.ts';
import { countDocumentsSql, groupSql } from './mysql-group.ts';
import { jsonLeaf, type LeafOptions } from './mysql-leaf.ts';
import { rowColumns } from './mysql-relation.ts';
import { reshapeSql } from './mysql-reshape.ts';
import { isMysqlOrder, mysqlSort } from './mysql-sort.ts';

/** A grouping's rows, for `unfold`. */
export interface GroupRows {
  readonly kind: 'groups';
  readonly fold: Fold;
  readonly order: GroupPlan['order'];
}

/** The statement of a pipeline, and what its rows are. */
export interface MysqlPipeline extends SqlFragment {
  readonly rows:
    | { readonly kind: 'rows' | 'documents' }
    | GroupRows
    /** Not one statement, but a page of documents in order. */
    | { readonly kind: 'page'; readonly find: NativeFind<SqlFragment> };
}

export function isMysqlPipeline(native: SqlFragment): native is MysqlPipeline {
  return 'rows' in native;
}

/** What pipelines depend on besides the query. */
export interface PipelineOptions extends LeafOptions {
  readonly tableOf: (collection: string) => SqlFragment;
}

/**
 * The leading stages of a pipeline as one statement, or the page of documents that they ask for. Without tables made of
 * JSON only pages: on shards a statement around another is not one that runs on each.
 */
export function mysqlPipeline(
  stages: readonly Stage[],
  context: PlanContext,
  filters: Dialect<SqlFragment>,
  options: PipelineOptions,
): NativePipeline<SqlFragment> | undefined {
  const statement = options.tables
    ? sqlPipeline(stages, context, pipelineDialect(filters, options))
    : undefined;
  return statement ?? pageOf(stages, context, filters, options);
}

function pipelineDialect(filters: Dialect<SqlFragment>, options: PipelineOptions): PipelineDialect {
  const documents = documentDialect(filters, options);
  return {
    start: ({ collection }) => tableRelation(options.tableOf(collection), rowColumns),
    filters: ({ shape }) => (shape === 'row' ? filters : documents),
    sort: sortTerms,
    reshape: reshapeSql,
    end: endSql,
    documents: (relation): MysqlPipeline =>
      relation.shape === 'row'
        ? { ...selectFrom(relation, rowColumns), rows: { kind: 'rows' } }
        : { ...selectFrom(relation, sql`doc`), rows: { kind: 'documents' } },
  };
}

/** The filters of documents that have come out of a pipeline's stage, as JSON in the column `doc`. */
function documentDialect(filters: Dialect<SqlFragment>, options: LeafOptions): Dialect<SqlFragment> {
  return {
    ...filters,
    leaf: (leaf) => ('path' in leaf ? jsonLeaf(leaf, sql`doc`, leaf.path, options) : undefined),
  };
}

/** A stage behind which there are no documents of the collection any more. */
function endSql(relation: Relation, stage: Stage): MysqlPipeline | undefined {
  switch (stage.kind) {
    case 'count':
      return stage.field.isWellFormed()
        ? { ...countDocumentsSql(relation, stage.field), rows: { kind: 'documents' } }
        : undefined;
    case 'bucket':
    case 'group':
    case 'sortByCount':
      return groupSql(relation, stage);
    default:
      return undefined;
  }
}

/** Only where the columns say the whole order. */
function sortTerms({ shape }: Relation, sort: Sort, context: PlanContext): SqlFragment | undefined {
  const order = shape === 'row' ? mysqlSort(withTieBreak(sort), context)?.native : undefined;
  return order && isMysqlOrder(order) && order.special === undefined ? order : undefined;
}

/** Filters, one sort and a limit: `find` reads the documents of which the order's columns do not say all apart. */
function pageOf(
  stages: readonly Stage[],
  context: PlanContext,
  filters: Dialect<SqlFragment>,
  { tables }: LeafOptions,
): NativePipeline<SqlFragment> | undefined {
  const matches: Filter[] = [];
  let place = 0;
  for (let stage = stages[place]; stage?.kind === 'match'; stage = stages[++place])
    matches.push(stage.filter);
  const pushed = pushDown({ kind: 'and', of: matches }, filters, context);
  const sort = stages[place];
  if (pushed.residual !== undefined || sort?.kind !== 'sort') return undefined;
  const skip = stages[++place];
  if (skip?.kind === 'skip') place += 1;
  const limit = stages[place];
  if (limit?.kind !== 'limit') return undefined;
  const order = withTieBreak(sort.sort);
  const native = mysqlSort(order, context) ?? (tables ? mysqlComputedOrder(order) : undefined);
  if (native === undefined) return undefined;
  const find: NativeFind<SqlFragment> = {
    where: pushed.native,
    order: native.native,
    skip: skip?.kind === 'skip' ? skip.count : 0,
    limit: limit.count,
  };
  const index = pushed.index ?? native.index;
  const page: MysqlPipeline = { ...pageText(find), rows: { kind: 'page', find } };
  return { native: page, stages: place + 1, ...(index === undefined ? {} : { index }) };
}

/** What `explain` shows of a page. */
function pageText({ where, order }: NativeFind<SqlFragment>): SqlFragment {
  const condition = where === undefined ? sql`` : sql`WHERE ${where} `;
  return sql`${condition}ORDER BY ${order ?? sql`id`} LIMIT ? OFFSET ?`;
}
