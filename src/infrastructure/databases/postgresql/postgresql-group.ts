import type { Expression } from '../../../domain/query/expression.ts';
import type { AccumulatorField, Stage } from '../../../domain/query/stage.ts';
import { joinSql, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { Folded } from './postgresql-fold.ts';
import { isStorableText, orderKey } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { documentJson, fieldSql, type Relation, selectFrom } from './postgresql-relation.ts';
import { jsonText } from './postgresql-value-condition.ts';

type Grouping = Extract<Stage, { kind: 'count' | 'group' | 'sortByCount' }>;

/**
 * A grouping as two columns, which `unfold` makes documents of: what each field is, and the fields' values. Sums come
 * in parts, so that they are added as the domain adds them.
 */
export function groupSql(relation: Relation, stage: Grouping): SqlFragment | undefined {
  const inner: Relation = {
    ...relation,
    from: sql`(${selectFrom(relation, columnsOf(relation))}) AS r`,
    where: [],
    order: undefined,
    skip: 0,
    limit: undefined,
  };
  if (stage.kind === 'count') {
    const fold: Folded = [[stage.field, 'value']];
    return sql`SELECT ${JSON.stringify(fold)}::text, jsonb_build_array(count(*))::text FROM ${inner.from} HAVING count(*) > 0`;
  }
  const id = expressionSql(inner, stage.kind === 'group' ? stage.id : stage.expression);
  if (id === undefined) return undefined;
  const key = sql`COALESCE(${id}, 'null')`;
  if (stage.kind === 'sortByCount') {
    const fold: Folded = [
      ['_id', 'value'],
      ['count', 'value'],
    ];
    return sql`SELECT ${JSON.stringify(fold)}::text, jsonb_build_array(k, count(*))::text FROM (SELECT ${key} AS k FROM ${inner.from}) AS g GROUP BY k ORDER BY count(*) DESC`;
  }
  // What depends on the order of the documents is the domain's.
  const parts = stage.fields.map((field) => accumulatorSql(inner, field));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  const fold: Folded = [
    ['_id', 'value'],
    ...known.map(({ kind }, i) => [stage.fields[i]?.name ?? '', kind] as const),
  ];
  const values = joinSql([sql`k`, ...known.map((_, i) => sql`a${trusted(i)}`)], ', ');
  const aggregates = known.map(({ aggregate }, i) => sql`, ${aggregate} AS a${trusted(i)}`);
  return sql`SELECT ${JSON.stringify(fold)}::text, jsonb_build_array(${values})::text FROM (SELECT k${joinSql(aggregates, '')} FROM (SELECT ${key} AS k, r.* FROM ${inner.from}) AS g GROUP BY k) AS h`;
}

function trusted(n: number): SqlFragment {
  return { parts: [String(n)] };
}

function columnsOf({ shape }: Relation): SqlFragment {
  return shape === 'row' ? sql`*` : sql`doc`;
}

/** Literals, fields and objects of these; undefined: the domain's to evaluate. */
export function expressionSql(relation: Relation, expression: Expression): SqlFragment | undefined {
  switch (expression.kind) {
    case 'literal':
      return orderKey(expression.value) === undefined ? undefined : sql`${jsonText(expression.value)}::jsonb`;
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
  }
}

interface AccumulatorSql {
  readonly kind: Folded[number][1];
  readonly aggregate: SqlFragment;
}

function accumulatorSql(relation: Relation, field: AccumulatorField): AccumulatorSql | undefined {
  const { accumulator, args } = field;
  if (accumulator === '$count') return { kind: 'value', aggregate: sql`to_jsonb(count(*))` };
  const v = args.input && expressionSql(relation, args.input);
  if (v === undefined || Object.keys(args).length !== 1) return undefined;
  switch (accumulator) {
    case '$sum':
      return { kind: 'sum', aggregate: sumParts(v) };
    case '$avg':
      return { kind: 'average', aggregate: sumParts(v) };
    case '$min':
    case '$max': {
      const order = accumulator === '$min' ? sql`` : sql` DESC`;
      const present = sql`FILTER (WHERE ${v} IS NOT NULL AND ${v} <> 'null')`;
      return {
        kind: 'value',
        aggregate: sql`COALESCE((array_agg(${v} ORDER BY document_service.key(${v}) COLLATE "C"${order}) ${present})[1], 'null')`,
      };
    }
    case '$addToSet':
      return {
        kind: 'value',
        aggregate: sql`COALESCE(jsonb_agg(DISTINCT ${v}) FILTER (WHERE ${v} IS NOT NULL), '[]')`,
      };
    default:
      return undefined;
  }
}

/** The sum of the integers that JavaScript holds exactly, all other numbers one by one, and how many there are. */
function sumParts(v: SqlFragment): SqlFragment {
  const number = sql`(CASE WHEN jsonb_typeof(${v}) = 'number' THEN (${v})::numeric END)`;
  const whole = sql`(${number} = trunc(${number}) AND abs(${number}) <= 9007199254740991)`;
  return sql`jsonb_build_array(COALESCE(sum(${number}) FILTER (WHERE ${whole}), 0)::text, COALESCE(jsonb_agg(${number}) FILTER (WHERE NOT ${whole}), '[]'), count(${number}))`;
}
