import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { boundedObject } from '../../../domain/evaluation/expressions/bounded-values.ts';
import { type MutableObject, setField } from '../../../domain/evaluation/set-field.ts';
import type { PipelineDocument, Stage } from '../../../domain/query/stage.ts';
import type { Value } from '../../../domain/value/value.ts';
import { HeldText, largestText } from '../sql/held-text.ts';
import { openRelation, type Relation, reshaped, selectFrom } from '../sql/relation.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import type { Rows, TextRow } from './postgresql-connection.ts';
import { documentJson } from './postgresql-relation.ts';

/** A statement whose rows are those of several pipelines, each behind the pipeline's place. */
export interface FacetPipeline extends SqlFragment {
  readonly facets: readonly string[];
}

export function isFacetPipeline(native: SqlFragment): native is FacetPipeline {
  return 'facets' in native;
}

/** Stages that end in the two columns of a grouping; all others in one. */
const groupings: readonly Stage['kind'][] = ['bucket', 'group', 'sortByCount'];

/**
 * All pipelines over the same documents, which are made once.
 * @param statement of a whole pipeline over a relation; undefined where it cannot be said
 */
export function facetSql(
  relation: Relation,
  stage: Extract<Stage, { kind: 'facet' }>,
  statement: (relation: Relation, stages: readonly Stage[]) => SqlFragment | undefined,
): FacetPipeline | undefined {
  const input = reshaped(relation, documentJson(relation));
  const documents: Relation = { ...openRelation(sql`input`, 'doc', input.columns), order: input.order };
  const parts: SqlFragment[] = [];
  for (const [place, [, stages]] of stage.facets.entries()) {
    const part = statement(documents, stages);
    const last = stages.at(-1);
    if (part === undefined || last === undefined) return undefined;
    const columns = groupings.includes(last.kind) ? sql`a, b` : sql`a, NULL::text`;
    const names = groupings.includes(last.kind) ? sql`a, b` : sql`a`;
    parts.push(sql`SELECT ${trustedSql(String(place))}::int, ${columns} FROM (${part}) AS x(${names})`);
  }
  const made = selectFrom(input, input.columns);
  return {
    ...sql`WITH input AS MATERIALIZED (${made}) ${joinSql(parts, ' UNION ALL ')}`,
    facets: stage.facets.map(([name]) => name),
  };
}

/** The one document of `$facet`. @param read makes a document of the columns of a pipeline's row */
export async function unfoldFacets(
  { facets }: FacetPipeline,
  batches: AsyncIterable<Rows>,
  read: (row: TextRow) => PipelineDocument,
  context: EvaluationContext,
): Promise<PipelineDocument> {
  const answers = facets.map((): Value[] => []);
  const held = new HeldText(largestText);
  for await (const rows of batches)
    for (const [place, ...columns] of rows) {
      // Of a grouping, the first says what its fields are and is not kept.
      held.add((columns[1] ?? columns[0] ?? '').length);
      answers[Number(place)]?.push(read(columns[1] === null ? columns.slice(0, 1) : columns));
    }
  const document: MutableObject = {};
  facets.forEach((name, i) => {
    setField(document, name, answers[i] ?? []);
  });
  return boundedObject(document, context);
}
