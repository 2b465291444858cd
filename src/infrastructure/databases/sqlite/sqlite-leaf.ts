import { assertNever } from '../../../domain/assert-never.ts';
import type { CompareLeaf, InLeaf, Leaf, RegexLeaf, TypeLeaf } from '../../../domain/query/filter.ts';
import { isArray } from '../../../domain/value/value-type.ts';
import { andSql, orSql } from '../sql/combine-conditions.ts';
import { closureSql, joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import type { PathExpressions } from './sqlite-expressions.ts';
import { type ComparisonKey, comparisonKey } from './sqlite-values.ts';

/** A leaf on the documents whose path meets no array; what holds there says nothing about the others. */
export interface LeafCondition {
  readonly native: SqlFragment;
  /** Whether `native` may also hold where an array stands on the path, although the leaf need not. */
  readonly misleadsOnArrays: boolean;
  /** Whether an index on the path answers it. */
  readonly indexed: boolean;
}

/** The leaf as our SQL function decides it, by the domain's own evaluation. */
export function evaluatedLeaf(leaf: Leaf, field: SqlFragment): SqlFragment {
  return sql`field_matches(${closureSql({ kind: 'matches', leaf })}, ${field})`;
}

/** A leaf on the whole document. */
export function evaluatedRow(leaf: Leaf): SqlFragment {
  return sql`row_matches(${closureSql({ kind: 'matches', leaf })}, id, data, version, created_at, updated_at, metadata)`;
}

const never: LeafCondition = { native: sql`FALSE`, misleadsOnArrays: false, indexed: false };

/** Undefined: only the SQL function can tell. */
export function leafCondition(leaf: Leaf, path: PathExpressions): LeafCondition | undefined {
  switch (leaf.kind) {
    case 'compare':
      return compareCondition(leaf, path);
    case 'in':
      return inCondition(leaf, path);
    case 'exists':
      return { native: sql`${path.type} IS NOT NULL`, misleadsOnArrays: false, indexed: false };
    case 'type':
      return typeCondition(leaf, path);
    case 'regex':
      return regexCondition(leaf, path);
    case 'size':
    case 'elemMatch':
      return never;
    case 'mod':
    case 'bits':
      return plain(sql`${path.type} IN ('integer', 'real') AND ${evaluatedLeaf(leaf, path.field)}`);
    case 'expr':
    case 'jsonSchema':
    case 'text':
    case 'geo':
      return undefined;
    default:
      return assertNever(leaf);
  }
}

function plain(native: SqlFragment, indexed = false): LeafCondition {
  return { native, misleadsOnArrays: false, indexed };
}

/** Missing and null have one key, and so has what lies behind an array. */
function isNull({ key }: PathExpressions): LeafCondition {
  return { native: sql`${key} = -9e999`, misleadsOnArrays: true, indexed: true };
}

function compareCondition(leaf: CompareLeaf, path: PathExpressions): LeafCondition | undefined {
  if (isArray(leaf.value)) return never;
  if (leaf.value === null) return leaf.op === 'gt' || leaf.op === 'lt' ? never : isNull(path);
  const value = comparisonKey(leaf.value);
  if (value === undefined || value === null) return undefined;
  return plain(compareKeys(leaf.op, path.key, value), true);
}

function compareKeys(op: CompareLeaf['op'], key: SqlFragment, value: ComparisonKey): SqlFragment {
  const [from, until] = typeBracket(value);
  switch (op) {
    case 'eq':
      return sql`${key} = ${value}`;
    case 'gt':
      return sql`(${key} > ${value} AND ${key} < ${until})`;
    case 'gte':
      return sql`(${key} >= ${value} AND ${key} < ${until})`;
    case 'lt':
      return sql`(${key} > ${from} AND ${key} < ${value})`;
    case 'lte':
      return sql`(${key} > ${from} AND ${key} <= ${value})`;
    default:
      return assertNever(op);
  }
}

/** Exclusive bounds between which the keys of a value's type lie. */
function typeBracket(value: ComparisonKey): readonly [SqlFragment, SqlFragment] {
  if (typeof value === 'number') return [trustedSql('-9e999'), trustedSql("''")];
  if (typeof value === 'string') return [trustedSql('9e999'), trustedSql("x''")];
  return value?.[0] === 4
    ? [trustedSql("x'04'"), trustedSql("x'05'")]
    : [trustedSql("x'06'"), trustedSql("x'07'")];
}

/** Up to this many values are placeholders of their own, so that short lists make few different statements. */
const longestPlainList = 4;

function inCondition(leaf: InLeaf, path: PathExpressions): LeafCondition | undefined {
  if (leaf.patterns.length > 0) return undefined;
  const keys: ComparisonKey[] = [];
  for (const value of leaf.values) {
    if (isArray(value)) continue;
    const key = comparisonKey(value);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  if (keys.length === 0) return never;
  const misleadsOnArrays = leaf.values.includes(null);
  return { native: keyIn(path.key, keys), misleadsOnArrays, indexed: true };
}

function keyIn(key: SqlFragment, keys: readonly ComparisonKey[]): SqlFragment {
  if (keys.length <= longestPlainList)
    return sql`${key} IN (${joinSql(
      keys.map((one) => sql`${one}`),
      ', ',
    )})`;
  const numbers = keys.filter((one) => typeof one === 'number' && Number.isFinite(one));
  const strings = keys.filter((one) => typeof one === 'string');
  const others = keys.filter(
    (one) => typeof one !== 'string' && !(typeof one === 'number' && Number.isFinite(one)),
  );
  const lists: SqlFragment[] = [];
  if (numbers.length > 0)
    lists.push(sql`${key} IN (SELECT value + 0.0 FROM json_each(${JSON.stringify(numbers)}))`);
  if (strings.length > 0)
    lists.push(sql`${key} IN (SELECT value FROM json_each(${JSON.stringify(strings)}))`);
  if (others.length > 0)
    lists.push(
      sql`${key} IN (${joinSql(
        others.map((one) => sql`${one}`),
        ', ',
      )})`,
    );
  return orSql(lists);
}

const jsonTypes: Readonly<Partial<Record<TypeLeaf['types'][number], string>>> = {
  string: "'text'",
  object: "'object'",
  bool: "'true', 'false'",
  null: "'null'",
  number: "'integer', 'real'",
};

function typeCondition(leaf: TypeLeaf, path: PathExpressions): LeafCondition | undefined {
  const names: string[] = [];
  for (const type of leaf.types) {
    if (type === 'array') continue;
    const name = jsonTypes[type];
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names.length === 0 ? never : plain(sql`${path.type} IN (${trustedSql(names.join(', '))})`);
}

function regexCondition(leaf: RegexLeaf, path: PathExpressions): LeafCondition {
  const prefix = literalPrefix(leaf);
  const test = evaluatedLeaf(leaf, path.field);
  if (prefix === undefined) return plain(sql`(${path.type} = 'text' AND ${test})`);
  const after = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  return plain(andSql([sql`${path.key} >= ${prefix}`, sql`${path.key} < ${after}`, test]), true);
}

/** What every match of an anchored pattern starts with: plain ASCII only, where the next code is the next character. */
function literalPrefix({ pattern, flags }: RegexLeaf): string | undefined {
  if (flags !== '' || pattern.includes('|')) return undefined;
  const match = /^\^([A-Za-z0-9 _@:,;=<>!%&~"'/-]+)(.?)/.exec(pattern);
  const [, literal = '', next = ''] = match ?? [];
  const kept = /[*?{]/.test(next) ? literal.slice(0, -1) : literal;
  return kept === '' ? undefined : kept;
}
