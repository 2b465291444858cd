import { assertNever } from '../../../domain/assert-never.ts';
import type { BitsLeaf, CompareLeaf, InLeaf, Leaf, ModLeaf, TypeLeaf } from '../../../domain/query/filter.ts';
import type { Value } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';
import { orSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { orderKey } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { nativePattern } from './postgresql-pattern.ts';

/**
 * What a leaf says of one value `v` (SQL NULL: missing), as SQL that is never NULL. Undefined: SQL cannot say it.
 * Nothing here looks into arrays; that is `reached`'s.
 */
export function valueCondition(leaf: Leaf, v: SqlFragment): SqlFragment | undefined {
  switch (leaf.kind) {
    case 'compare':
      return compareCondition(leaf, v);
    case 'in':
      return inCondition(leaf, v);
    case 'exists':
      return sql`(${v} IS NOT NULL)`;
    case 'type':
      return typeCondition(leaf, v);
    case 'regex': {
      const pattern = nativePattern(leaf);
      if (pattern === undefined) return undefined;
      return sql`(jsonb_typeof(${v}) IS NOT DISTINCT FROM 'string' AND ${pattern(sql`(${v} #>> '{}')`)})`;
    }
    case 'size':
      return sql`CASE WHEN jsonb_typeof(${v}) = 'array' THEN jsonb_array_length(${v}) = ${leaf.size} ELSE FALSE END`;
    case 'mod':
      return modCondition(leaf, v);
    case 'bits':
      return bitsCondition(leaf, v);
    case 'elemMatch':
    case 'expr':
    case 'jsonSchema':
    case 'text':
    case 'geo':
      return undefined;
    default:
      return assertNever(leaf);
  }
}

function isNullish(v: SqlFragment): SqlFragment {
  return sql`(${v} IS NULL OR ${v} = 'null')`;
}

function compareCondition({ op, value }: CompareLeaf, v: SqlFragment): SqlFragment | undefined {
  if (value === null) return op === 'gt' || op === 'lt' ? sql`FALSE` : isNullish(v);
  const key = orderKey(value);
  if (key === undefined) return undefined;
  if (op === 'eq') return sql`(${v} IS NOT DISTINCT FROM ${JSON.stringify(plain(value))}::jsonb)`;
  const own = sql`(document_service.key(${v}) COLLATE "C")`;
  return sql`(${v} IS NOT NULL AND ${keyBetween(own, op, key)})`;
}

/** The order key within the bracket of the operand's type. */
export function keyBetween(own: SqlFragment, op: Exclude<CompareLeaf['op'], 'eq'>, key: string): SqlFragment {
  const rank = key.charAt(0);
  const bracketEnd = String.fromCharCode(rank.charCodeAt(0) + 1);
  switch (op) {
    case 'gt':
      return sql`(${own} > ${key} AND ${own} < ${bracketEnd})`;
    case 'gte':
      return sql`(${own} >= ${key} AND ${own} < ${bracketEnd})`;
    case 'lt':
      return sql`(${own} >= ${rank} AND ${own} < ${key})`;
    case 'lte':
      return sql`(${own} >= ${rank} AND ${own} <= ${key})`;
    default:
      return assertNever(op);
  }
}

/** Numbers whose type an expression gave are JSON numbers in the database. */
function plain(value: Value): unknown {
  if (isArray(value)) return value.map(plain);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}

/** JSON text of a value that `orderKey` knows. */
export function jsonText(value: Value): string {
  return JSON.stringify(plain(value));
}

function inCondition({ values, patterns }: InLeaf, v: SqlFragment): SqlFragment | undefined {
  const parts: SqlFragment[] = [];
  for (const pattern of patterns) {
    const part = valueCondition({ kind: 'regex', path: [], ...pattern }, v);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  if (values.some((value) => orderKey(value) === undefined)) return undefined;
  if (values.includes(null)) parts.push(isNullish(v));
  const others = values.filter((value) => value !== null).map(jsonText);
  if (others.length > 0) parts.push(sql`(${v} IS NOT NULL AND ${v} = ANY(${arrayText(others)}::jsonb[]))`);
  return orSql(parts);
}

const wholeNumber = (n: string): string => `(${n}) = trunc(${n})`;

function typeCondition({ types }: TypeLeaf, v: SqlFragment): SqlFragment {
  const parts = types.flatMap((type): readonly SqlFragment[] => {
    const name = jsonTypes[type];
    if (name !== undefined) return [sql`jsonb_typeof(${v}) IS NOT DISTINCT FROM ${name}`];
    const range = numberRanges[type];
    if (range === undefined) return [];
    const [before = '', after = ''] = range;
    return [
      sql`CASE WHEN jsonb_typeof(${v}) = 'number' THEN ${trustedSql(before)}(${v})::numeric${trustedSql(after)} ELSE FALSE END`,
    ];
  });
  return orSql(parts);
}

const jsonTypes: Readonly<Partial<Record<string, string>>> = {
  string: 'string',
  object: 'object',
  array: 'array',
  bool: 'boolean',
  null: 'null',
  number: 'number',
};
/** What stands before and after the number: `value-type.ts` of the domain says which type a JSON number has. */
const numberRanges: Readonly<Partial<Record<string, readonly [string, string]>>> = {
  int: [rangeCheck('TRUE', '-2147483648', '2147483647'), ' AS n) AS one)'],
  long: [
    rangeCheck('NOT n BETWEEN -2147483648 AND 2147483647', '-9007199254740991', '9007199254740991'),
    ' AS n) AS one)',
  ],
  double: [
    `(SELECT NOT (${wholeNumber('n')} AND n BETWEEN -9007199254740991 AND 9007199254740991) FROM (SELECT `,
    ' AS n) AS one)',
  ],
};

function rangeCheck(also: string, least: string, most: string): string {
  return `(SELECT ${wholeNumber('n')} AND n BETWEEN ${least} AND ${most} AND ${also} FROM (SELECT `;
}

const int64 = 'BETWEEN -9223372036854775808 AND 9223372036854775807';

function modCondition({ divisor, remainder }: ModLeaf, v: SqlFragment): SqlFragment {
  const [by, rest] = [sql`${String(divisor)}::numeric`, sql`${String(remainder)}::numeric`];
  return sql`CASE WHEN jsonb_typeof(${v}) = 'number' THEN trunc((${v})::numeric) ${trustedSql(int64)} AND trunc((${v})::numeric) % ${by} = ${rest} ELSE FALSE END`;
}

/** Positions beyond 63 look at the sign, as in two's complement. */
function bitsCondition({ test, positions }: BitsLeaf, v: SqlFragment): SqlFragment {
  const mask = [...new Set(positions.map((position) => Math.min(position, 63)))].reduce(
    (bits, position) => bits | (1n << BigInt(position)),
    0n,
  );
  const bound = sql`${String(BigInt.asIntN(64, mask))}::bigint`;
  const bits = sql`((${v})::numeric::bigint & ${bound})`;
  const holds: Record<BitsLeaf['test'], SqlFragment> = {
    allSet: sql`${bits} = ${bound}`,
    allClear: sql`${bits} = 0`,
    anySet: sql`${bits} <> 0`,
    anyClear: sql`${bits} <> ${bound}`,
  };
  return sql`CASE WHEN jsonb_typeof(${v}) = 'number' THEN CASE WHEN (${v})::numeric ${trustedSql(int64)} AND (${v})::numeric = trunc((${v})::numeric) THEN ${holds[test]} ELSE FALSE END ELSE FALSE END`;
}
