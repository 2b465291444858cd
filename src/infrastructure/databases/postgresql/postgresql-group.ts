import { assertNever } from '../../../domain/assert-never.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Value } from '../../../domain/value/value.ts';
import type { Fold } from '../sql/fold-group.ts';
import { largestText } from '../sql/held-text.ts';
import { type GroupField, type Grouping, needsPlaces, planGroup } from '../sql/plan-group.ts';
import { numbered, openRelation, type Relation, selectFrom, unordered } from '../sql/relation.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText, orderKey } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { documentJson, fieldSql, rowColumns } from './postgresql-relation.ts';
import { jsonText } from './postgresql-value-condition.ts';

/** How many documents there are, as one JSON document; none of none. */
export function countDocumentsSql(relation: Relation, field: string): SqlFragment {
  const rows = selectFrom(unordered(relation), sql`1`);
  return sql`SELECT jsonb_build_object(${field}::text, count(*))::text FROM (${rows}) AS r HAVING count(*) > 0`;
}

/** A grouping as two columns, which `unfold` makes documents of: what each field is, and the id with the fields' parts. */
export function groupSql(relation: Relation, stage: Grouping): SqlFragment | undefined {
  const inner = openRelation(sql`r`, relation.shape, relation.columns);
  const plan = planGroup(stage, {
    expression: (expression) => expressionSql(inner, expression),
    bucket: bucketSql,
  });
  if (plan === undefined || !isStorableFold(plan.fields)) return undefined;
  const places = needsPlaces(plan, relation.order !== undefined);
  const columns = relation.shape === 'row' ? rowColumns : sql`doc`;
  const rows = places ? numbered(relation, columns) : selectFrom(unordered(relation), columns);
  const values = plan.fields.map(({ value }, i) => sql`, ${value ?? sql`NULL::jsonb`} AS ${column('v', i)}`);
  const place = places ? sql`, n` : sql``;
  const keyed = sql`SELECT COALESCE(${plan.id}, 'null') AS k${joinSql(values, '')}${place} FROM (${rows}) AS r`;
  const parts = plan.fields.map(({ kind }, i) => sql`, ${partsSql(kind, column('v', i), places)}`);
  const fold: Fold = plan.fields.map(({ name, kind }) => [name, kind]);
  const orders = {
    count: sql` ORDER BY count(*) DESC`,
    id: sql` ORDER BY document_service.key(k) COLLATE "C"`,
  };
  const order = plan.order === undefined ? sql`` : orders[plan.order];
  return sql`SELECT ${JSON.stringify(fold)}::text, left(jsonb_build_array(k${joinSql(parts, '')})::text, ${largestText + 1}::int) FROM (${keyed}) AS g GROUP BY k${order}`;
}

function column(letter: 'v', place: number): SqlFragment {
  return trustedSql(`${letter}${place}`);
}

function isStorableFold(fields: readonly GroupField[]): boolean {
  return fields.every(({ name }) => isStorableText(name));
}

/** Literals, fields and objects of these; undefined: the domain's to evaluate. */
export function expressionSql(relation: Relation, expression: Expression): SqlFragment | undefined {
  switch (expression.kind) {
    case 'literal':
      return literalSql(expression.value);
    case 'variable':
      if (expression.name !== 'CURRENT' && expression.name !== 'ROOT') return undefined;
      return expression.path.length === 0 ? documentJson(relation) : fieldSql(relation, expression.path);
    case 'object': {
      const fields = expression.fields.map(
        ([name, value]) => [name, expressionSql(relation, value)] as const,
      );
      if (fields.some(([name, value]) => value === undefined || !isStorableText(name))) return undefined;
      const names = arrayText(fields.map(([name]) => name));
      const values = joinSql(
        fields.map(([, value]) => value ?? sql`NULL`),
        ', ',
      );
      if (fields.length === 0) return sql`'{}'::jsonb`;
      return sql`COALESCE((SELECT jsonb_object_agg(n, v) FROM unnest(${names}::text[], ARRAY[${values}]::jsonb[]) AS f(n, v) WHERE v IS NOT NULL), '{}')`;
    }
    case 'array':
    case 'call':
      return undefined;
    default:
      return assertNever(expression);
  }
}

function literalSql(value: Value): SqlFragment | undefined {
  return orderKey(value) === undefined ? undefined : sql`${jsonText(value)}::jsonb`;
}

/** By the order keys, which order all values as the boundaries are ordered. */
function bucketSql(
  value: SqlFragment,
  boundaries: readonly Value[],
  otherwise: Value,
): SqlFragment | undefined {
  const keys = boundaries.map(orderKey);
  const answers = [...boundaries, otherwise].map(literalSql);
  if (keys.includes(undefined) || answers.includes(undefined)) return undefined;
  const last = answers.at(-1) ?? sql`NULL`;
  const buckets = keys
    .slice(1)
    .map((key, i) => sql` WHEN key < ${key ?? ''} THEN ${answers[i] ?? sql`NULL`}`);
  return sql`(SELECT CASE WHEN key < ${keys[0] ?? ''} THEN ${last}${joinSql(buckets, '')} ELSE ${last} END FROM (SELECT document_service.key(${value}) COLLATE "C") AS b(key))`;
}

/** The parts of a field as the shared fold takes them. */
function partsSql(kind: GroupField['kind'], v: SqlFragment, places: boolean): SqlFragment {
  switch (kind) {
    case 'count':
      return sql`jsonb_build_array(count(*))`;
    case 'sum':
    case 'average':
      return sumParts(v, places);
    case 'min':
    case 'max': {
      const order = kind === 'min' ? sql`` : sql` DESC`;
      const present = sql`FILTER (WHERE ${v} IS NOT NULL AND ${v} <> 'null')`;
      return sql`jsonb_build_array((array_agg(${v} ORDER BY document_service.key(${v}) COLLATE "C"${order}) ${present})[1])`;
    }
    case 'set':
      return sql`COALESCE(jsonb_agg(DISTINCT ${v}) FILTER (WHERE ${v} IS NOT NULL), '[]')`;
    case 'list':
      return sql`COALESCE(jsonb_agg(jsonb_build_array(n, ${v})) FILTER (WHERE ${v} IS NOT NULL), '[]')`;
    case 'first':
      return sql`jsonb_build_array(jsonb_build_array(0, (array_agg(${v} ORDER BY n))[1]))`;
    case 'last':
      return sql`jsonb_build_array(jsonb_build_array(0, (array_agg(${v} ORDER BY n DESC))[1]))`;
    default:
      return assertNever(kind);
  }
}

/** The sum of the integers that JavaScript holds exactly, all other numbers one by one, and how many there are. */
function sumParts(v: SqlFragment, places: boolean): SqlFragment {
  const number = sql`(CASE WHEN jsonb_typeof(${v}) = 'number' THEN (${v})::numeric END)`;
  const whole = sql`(${number} = trunc(${number}) AND abs(${number}) <= 9007199254740991)`;
  const order = places ? sql` ORDER BY n` : sql``;
  return sql`jsonb_build_array(jsonb_build_array(COALESCE(sum(${number}) FILTER (WHERE ${whole}), 0)::text, COALESCE(jsonb_agg(${number}${order}) FILTER (WHERE NOT ${whole}), '[]'), count(${number})))`;
}
