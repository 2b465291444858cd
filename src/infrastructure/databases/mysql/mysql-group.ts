import { assertNever } from '../../../domain/assert-never.ts';
import type { Value } from '../../../domain/value/value.ts';
import { orSql } from '../sql/combine-conditions.ts';
import type { FoldKind } from '../sql/fold-group.ts';
import { type Grouping, needsPlaces, planGroup } from '../sql/plan-group.ts';
import { numbered, openRelation, type Relation, selectFrom, unordered } from '../sql/relation.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { expressionSql, literalSql } from './mysql-expression.ts';
import type { GroupRows, MysqlPipeline } from './mysql-pipeline.ts';
import { rowColumns } from './mysql-relation.ts';
import { double, isType, jsonSql, numeric } from './mysql-value-test.ts';

/** Else MySQL would look into the documents again wherever a column is named. */
const lookedUpOnce = sql`/*+ NO_MERGE(g) */ `;

/** How many documents there are, as one document; none of none. */
export function countDocumentsSql(relation: Relation, field: string): SqlFragment {
  const rows = selectFrom(unordered(relation), sql`1`);
  return sql`SELECT JSON_OBJECT(${field}, COUNT(*)) FROM (${rows}) AS r HAVING COUNT(*) > 0`;
}

/**
 * A grouping by the text of the id; ids that are equal but written in two ways (`1`, `1.0`) are put together by `unfold`. The answer's rows are of two kinds: one
 * for each group, with what MySQL gathers exactly; one for each document that gave a value which the domain has to look
 * at. Their columns: 0 or 1, the id, the document's place, for each field such a value, then what was gathered.
 */
export function groupSql(relation: Relation, stage: Grouping): MysqlPipeline | undefined {
  const inner = openRelation(sql`r`, relation.shape, relation.columns);
  const plan = planGroup(stage, {
    expression: (expression) => expressionSql(inner, expression),
    bucket: bucketSql,
  });
  if (plan === undefined) return undefined;
  const fields = plan.fields.map(({ kind, value }, i) => fieldColumns(kind, value ?? sql`NULL`, `v${i}`));
  const places = needsPlaces(plan, relation.order !== undefined);
  const gathered = fields.flatMap((field) => field.gathered);
  // Long texts by their hash, because MySQL sorts by the first kilobyte.
  const key = sql`IF(CHAR_LENGTH(k) <= 200, CAST(k AS CHAR(200)), SHA2(k, 256))`;
  const noValues = fields.map(() => sql`NULL`);
  const group = [sql`0`, sql`ANY_VALUE(k)`, sql`NULL`, ...noValues, ...gathered];
  const groups = sql`SELECT ${lookedUpOnce}${list(group)} FROM g GROUP BY ${key}`;
  const documents = sql`WITH g AS (${keyedRows(relation, plan.id, fields, places)}) `;
  const rows: GroupRows = {
    kind: 'groups',
    fold: plan.fields.map(({ name, kind }) => [name, kind]),
    order: plan.order,
  };
  const tests = fields.flatMap(({ apart }) => (apart === undefined ? [] : [sql`${apart} IS NOT NULL`]));
  if (tests.length === 0) return { ...sql`${documents}${groups}`, rows };
  const repeats = places || plan.fields.some(({ kind }) => countsEach(kind));
  const values = fields.map(({ apart }) => apart ?? sql`NULL`);
  const columns = [sql`1`, sql`k`, places ? sql`n` : sql`NULL`, ...values, ...gathered.map(() => sql`NULL`)];
  const apart = sql`SELECT ${lookedUpOnce}${repeats ? sql`` : sql`DISTINCT `}${list(columns)} FROM g WHERE ${orSql(tests)}`;
  return { ...sql`${documents}${groups} UNION ALL ${apart}`, rows };
}

/** The id's text, what each field needs and, where it counts, the place of every document; looked up once for each. */
function keyedRows(
  relation: Relation,
  id: SqlFragment,
  fields: readonly FieldColumns[],
  places: boolean,
): SqlFragment {
  const columns = relation.shape === 'row' ? rowColumns : sql`doc`;
  const rows = places ? numbered(relation, columns) : selectFrom(unordered(relation), columns);
  const place = places ? [sql`n`] : [];
  const needed = [
    sql`COALESCE(CAST(${id} AS CHAR), 'null') AS k`,
    ...fields.flatMap(({ columns: own }) => own),
    ...place,
  ];
  return sql`SELECT ${list(needed)} FROM (${rows}) AS r`;
}

/** Whether the same value twice is not the same as once. */
function countsEach(kind: FoldKind): boolean {
  return kind === 'sum' || kind === 'average' || kind === 'list';
}

function list(columns: readonly SqlFragment[]): SqlFragment {
  return joinSql(columns, ', ');
}

/** By type first, as all values are ordered; undefined where a boundary is an object or array. */
function bucketSql(
  value: SqlFragment,
  boundaries: readonly Value[],
  otherwise: Value,
): SqlFragment | undefined {
  const [type] = boundaries.map((boundary) => typeof boundary);
  const types = type === 'number' ? numeric : type === 'string' ? "'STRING'" : undefined;
  const answers = [...boundaries, otherwise].map(literalSql);
  if (types === undefined || boundaries.some((boundary) => typeof boundary !== type)) return undefined;
  if (answers.includes(undefined)) return undefined;
  const [last = sql`NULL`, first = sql`NULL`] = [answers.at(-1), answers[0]];
  const buckets = boundaries
    .slice(1)
    .map((_, i) => sql` WHEN ${value} < ${answers[i + 1] ?? sql`NULL`} THEN ${answers[i] ?? sql`NULL`}`);
  const outside = sql`(NOT COALESCE(${isType(value, types)}, FALSE) OR ${value} < ${first})`;
  return sql`(CASE WHEN ${outside} THEN ${last}${joinSql(buckets, '')} ELSE ${last} END)`;
}

interface FieldColumns {
  /** What is looked up for each document. */
  readonly columns: readonly SqlFragment[];
  /** What MySQL gathers of it exactly, in as many columns as the readers of `mysql-unfold.ts` take. */
  readonly gathered: readonly SqlFragment[];
  /** A value that the domain has to look at, else NULL. */
  readonly apart: SqlFragment | undefined;
}

/** @param v the field's JSON @param name what the names of its columns start with */
function fieldColumns(kind: FoldKind, v: SqlFragment, name: string): FieldColumns {
  const column = trustedSql(name);
  switch (kind) {
    case 'count':
      return { columns: [], gathered: [sql`COUNT(*)`], apart: undefined };
    case 'sum':
    case 'average': {
      // Doubles are added as the domain adds them.
      const isSafe = sql`(${column} = FLOOR(${column}) AND ABS(${column}) <= 9007199254740991)`;
      const sum = sql`SUM(IF(${isSafe}, CAST(${column} AS DECIMAL(30, 0)), 0))`;
      return {
        columns: [sql`${double(v)} AS ${column}`],
        gathered: [sql`CAST(COALESCE(${sum}, 0) AS CHAR)`, sql`COUNT(${column})`],
        apart: sql`IF(${isSafe}, NULL, ${column})`,
      };
    }
    case 'min':
      return extremeColumns(sql`MIN`, v, name);
    case 'max':
      return extremeColumns(sql`MAX`, v, name);
    case 'set':
    case 'list':
      return { columns: [sql`CAST(${v} AS CHAR) AS ${column}`], gathered: [], apart: column };
    case 'first':
    case 'last': {
      const end = kind === 'first' ? sql`MIN` : sql`MAX`;
      return {
        columns: [sql`COALESCE(CAST(${v} AS CHAR), 'null') AS ${column}`],
        gathered: [sql`${end}(CONCAT(LPAD(n, 20, '0'), ${column}))`],
        apart: undefined,
      };
    }
    default:
      return assertNever(kind);
  }
}

/** The extreme of each type that MySQL orders as MongoDB does; objects and arrays are the domain's. */
function extremeColumns(end: SqlFragment, v: SqlFragment, name: string): FieldColumns {
  const [number, text, boolean, structure] = ['n', 's', 'b', 'x'].map((part) => trustedSql(name + part));
  const texts = sql`IF(${isType(v, "'STRING'")}, JSON_UNQUOTE(${v}), NULL) COLLATE utf8mb4_0900_bin`;
  const booleans = sql`IF(${isType(v, "'BOOLEAN'")}, ${v} = ${jsonSql(true)}, NULL)`;
  const structures = sql`IF(${isType(v, "'OBJECT', 'ARRAY'")}, CAST(${v} AS CHAR), NULL)`;
  const values = [double(v), texts, booleans, structures];
  const names = [number, text, boolean, structure].map((one) => one ?? sql`NULL`);
  return {
    columns: values.map((value, i) => sql`${value} AS ${names[i] ?? sql`NULL`}`),
    gathered: names.slice(0, 3).map((one) => sql`${end}(${one})`),
    apart: structure,
  };
}
