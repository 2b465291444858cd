import { assertNever } from '../../../domain/assert-never.ts';
import type { BitsLeaf, CompareLeaf, InLeaf, Leaf, ModLeaf, TypeLeaf } from '../../../domain/query/filter.ts';
import type { Json } from '../../../domain/value/value.ts';
import { andSql, orSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { jsonOperand } from './mysql-values.ts';

/** A condition on one JSON value, which is NULL when missing. */
export interface ValueCondition {
  readonly test: (value: SqlFragment) => SqlFragment;
  /** Whether it holds for a missing value. */
  readonly ofMissing: boolean;
  /** JSON of the values that it asks equality with, where it asks nothing else. */
  readonly equals?: readonly Json[];
  /** For equality with null or missing: the other values that it asks equality with. */
  readonly nullOr?: readonly Json[];
  /** Whether it may hold although the leaf does not. */
  readonly superset?: boolean;
}

export const numeric = "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'";
const never: ValueCondition = { test: () => sql`FALSE`, ofMissing: false };

type ValueLeaf = Extract<Leaf, { readonly kind: 'compare' | 'in' | 'type' | 'regex' | 'mod' | 'bits' }>;

/** Undefined: MySQL cannot say it. */
export function valueCondition(leaf: ValueLeaf): ValueCondition | undefined {
  switch (leaf.kind) {
    case 'compare':
      return compareCondition(leaf);
    case 'in':
      return inCondition(leaf);
    case 'type':
      return typeCondition(leaf);
    case 'mod':
      return modCondition(leaf);
    case 'bits':
      return bitsCondition(leaf);
    case 'regex':
      return { test: (value) => isType(value, "'STRING'"), ofMissing: false, superset: true };
    default:
      return assertNever(leaf);
  }
}

/** JSON's own order is MongoDB's as far as it goes: null, numbers, strings by their bytes, objects, arrays, booleans. */
function compareCondition({ op, value }: CompareLeaf): ValueCondition | undefined {
  const operand = jsonOperand(value);
  if (operand === undefined) return undefined;
  if (op === 'eq') return equality([operand]);
  if (operand === null) return op === 'gt' || op === 'lt' ? never : equality([null]);
  const type = bracket(operand);
  if (type === undefined) return undefined;
  const operator = trustedSql({ gt: '>', gte: '>=', lt: '<', lte: '<=' }[op]);
  const test = (one: SqlFragment): SqlFragment =>
    andSql([isType(one, type), sql`${one} ${operator} ${jsonSql(operand)}`]);
  return { test, ofMissing: false };
}

/** Types that compare with a value; undefined where MySQL has no order of its own, or another one. */
function bracket(operand: Json): string | undefined {
  if (typeof operand === 'number') return numeric;
  if (typeof operand === 'string') return "'STRING'";
  return typeof operand === 'boolean' ? "'BOOLEAN'" : undefined;
}

export function isType(value: SqlFragment, types: string): SqlFragment {
  return sql`JSON_TYPE(${value}) IN (${trustedSql(types)})`;
}

export function jsonSql(value: Json): SqlFragment {
  return sql`CAST(${JSON.stringify(value)} AS JSON)`;
}

function equality(values: readonly Json[]): ValueCondition {
  const plain = values.filter((value) => value !== null);
  const withNull = plain.length < values.length;
  const [only] = plain;
  const test = (value: SqlFragment): SqlFragment => {
    const parts: SqlFragment[] = [];
    if (withNull) parts.push(sql`(${value} IS NULL OR ${isType(value, "'NULL'")})`);
    if (only !== undefined && plain.length === 1) parts.push(sql`${value} = ${jsonSql(only)}`);
    if (plain.length > 1) parts.push(sql`JSON_OVERLAPS(JSON_ARRAY(${value}), ${jsonSql(plain)})`);
    return orSql(parts);
  };
  return { test, ofMissing: withNull, ...(withNull ? { nullOr: plain } : { equals: plain }) };
}

function inCondition(leaf: InLeaf): ValueCondition | undefined {
  if (leaf.patterns.length > 0) return undefined;
  const operands = leaf.values.map(jsonOperand);
  const known = operands.filter((operand) => operand !== undefined);
  if (known.length < operands.length) return undefined;
  return known.length === 0 ? never : equality(known);
}

const jsonTypes: Readonly<Partial<Record<TypeLeaf['types'][number], string>>> = {
  string: "'STRING'",
  object: "'OBJECT'",
  array: "'ARRAY'",
  bool: "'BOOLEAN'",
  null: "'NULL'",
  number: numeric,
};

/** A number is an int within 32 bits, a long up to 2^53, else a double, however it is written. */
const numberTypes: Readonly<Partial<Record<TypeLeaf['types'][number], (value: SqlFragment) => SqlFragment>>> =
  {
    int: (value) => sql`(${isWhole(value)} AND ${double(value)} BETWEEN -2147483648 AND 2147483647)`,
    long: (value) =>
      sql`(${isWhole(value)} AND ${double(value)} NOT BETWEEN -2147483648 AND 2147483647 AND ABS(${double(value)}) <= 9007199254740991)`,
    double: (value) =>
      sql`(${isType(value, numeric)} AND (${double(value)} <> FLOOR(${double(value)}) OR ABS(${double(value)}) > 9007199254740991))`,
  };

function isWhole(value: SqlFragment): SqlFragment {
  return sql`${isType(value, numeric)} AND ${double(value)} = FLOOR(${double(value)})`;
}

/** The number as a double; only for numbers. */
export function double(value: SqlFragment): SqlFragment {
  return sql`CAST(IF(${isType(value, numeric)}, ${value}, NULL) AS DOUBLE)`;
}

function typeCondition({ types }: TypeLeaf): ValueCondition | undefined {
  const names = types.flatMap((type) => jsonTypes[type] ?? []);
  const numbers = types.flatMap((type) => numberTypes[type] ?? []);
  // Other types no JSON value has.
  if (names.length + numbers.length === 0) return never;
  const test = (value: SqlFragment): SqlFragment =>
    orSql([
      ...(names.length > 0 ? [isType(value, names.join(', '))] : []),
      ...numbers.map((number) => number(value)),
    ]);
  return { test, ofMissing: false };
}

/** Numbers within 64 bits, cut towards zero; `%` of doubles is exact. */
function modCondition({ divisor, remainder }: ModLeaf): ValueCondition {
  const test = (value: SqlFragment): SqlFragment => {
    const number = double(value);
    return sql`(${isType(value, numeric)} AND ${number} >= -9223372036854775808e0 AND ${number} < 9223372036854775808e0 AND TRUNCATE(${number}, 0) % CAST(${divisor} AS DOUBLE) = CAST(${remainder} AS DOUBLE))`;
  };
  return { test, ofMissing: false };
}

/** Whole numbers within 64 bits, in two's complement with the sign extended. */
function bitsCondition({ test: kind, positions }: BitsLeaf): ValueCondition {
  const mask = positions.reduce((bits, position) => bits | (1n << BigInt(Math.min(position, 63))), 0n);
  // A text of 2^63 or more is cut to the largest signed integer unless it is a decimal first.
  const bitMask = sql`CAST(CAST(${String(mask)} AS DECIMAL(20, 0)) AS UNSIGNED)`;
  const accepts = (bits: SqlFragment): SqlFragment => {
    const found = sql`${bits} & ${bitMask}`;
    switch (kind) {
      case 'allSet':
        return sql`${found} = ${bitMask}`;
      case 'allClear':
        return sql`${found} = 0`;
      case 'anySet':
        return sql`${found} <> 0`;
      case 'anyClear':
        return sql`${found} <> ${bitMask}`;
      default:
        return assertNever(kind);
    }
  };
  const test = (value: SqlFragment): SqlFragment => {
    const number = double(value);
    const inside = sql`${isWhole(value)} AND ${number} >= -9223372036854775808e0 AND ${number} < 9223372036854775808e0`;
    const bits = sql`CAST(CAST(IF(${inside}, ${number}, 0) AS DECIMAL(65, 0)) AS SIGNED)`;
    return sql`(${inside} AND ${accepts(bits)})`;
  };
  return { test, ofMissing: false };
}
