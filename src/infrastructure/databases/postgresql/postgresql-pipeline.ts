import type { NativePipeline, PlanContext } from '../../../application/ports/dialect.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Stage } from '../../../domain/query/stage.ts';
import { largestText } from '../sql/held-text.ts';
import { type PipelineDialect, sqlPipeline, wholePipeline } from '../sql/plan-pipeline.ts';
import { type Relation, selectFrom, tableRelation } from '../sql/relation.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { documentDialect, postgresqlDialect } from './postgresql-dialect.ts';
import { facetSql } from './postgresql-facet.ts';
import { countDocumentsSql, groupSql } from './postgresql-group.ts';
import { isStorableText } from './postgresql-order-key.ts';
import { sortKeySql } from './postgresql-paths.ts';
import { documentJson, rowColumns } from './postgresql-relation.ts';
import { reshapeSql } from './postgresql-reshape.ts';
import { selectedColumns, tableOf } from './postgresql-rows.ts';
import { postgresqlSort } from './postgresql-sort.ts';

/** The leading stages of a pipeline as one statement. */
export function postgresqlPipeline(
  stages: readonly Stage[],
  context: PlanContext,
): NativePipeline<SqlFragment> | undefined {
  return sqlPipeline(stages, context, pipelineDialect);
}

const pipelineDialect: PipelineDialect = {
  start: ({ collection }) => tableRelation(tableOf(collection), rowColumns),
  filters: ({ shape }) => (shape === 'row' ? postgresqlDialect : documentDialect),
  sort: sortTerms,
  reshape: reshapeSql,
  end: endSql,
  documents: (relation) =>
    relation.shape === 'row'
      ? selectFrom(relation, trustedSql(selectedColumns))
      : selectFrom(relation, sql`left((${documentJson(relation)})::text, ${largestText + 1}::int)`),
};

/** A stage behind which there are no documents of the collection any more. */
function endSql(relation: Relation, stage: Stage, context: PlanContext): SqlFragment | undefined {
  switch (stage.kind) {
    case 'count':
      return isStorableText(stage.field) ? countDocumentsSql(relation, stage.field) : undefined;
    case 'bucket':
    case 'group':
    case 'sortByCount':
      return groupSql(relation, stage);
    case 'facet':
      return facetSql(relation, stage, (input, stages) =>
        wholePipeline(input, stages, context, pipelineDialect),
      );
    default:
      return undefined;
  }
}

function sortTerms(relation: Relation, sort: Sort, context: PlanContext): SqlFragment | undefined {
  if (relation.shape === 'row') {
    const byId = sort.some(({ path }) => path.length === 1 && path[0] === '_id');
    return postgresqlSort(byId ? sort : [...sort, { path: ['_id'], direction: 1 }], context)?.native;
  }
  if (new Set(sort.map(({ path }) => path[0])).size < sort.length) return undefined;
  if (!sort.every(({ path }) => path.every(isStorableText))) return undefined;
  const keys = sort.map(
    ({ path, direction }) =>
      sql`${sortKeySql(sql`doc`, path, direction)}${trustedSql(direction === 1 ? '' : ' DESC')}`,
  );
  return joinSql(keys, ', ');
}
