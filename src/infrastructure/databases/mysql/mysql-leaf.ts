import { assertNever } from '../../../domain/assert-never.ts';
import type { ElemMatchLeaf, Filter, Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Json } from '../../../domain/value/value.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import {
  anyPathExists,
  hasPosition,
  isPushablePath,
  type JsonPlace,
  type PathStep,
  valueAt,
  valuesAt,
  waysThrough,
} from './mysql-paths.ts';
import { isType, jsonSql, type ValueCondition, valueCondition } from './mysql-value-test.ts';

/** What the server can do besides MySQL's scalar functions. */
export interface LeafOptions {
  /** `JSON_TABLE` and subqueries on it; without, what needs them is left to the service. */
  readonly tables: boolean;
}

/** A leaf's condition; `exact: false` holds for more. */
export interface LeafSql {
  readonly native: SqlFragment;
  readonly exact: boolean;
}

/** A leaf on the JSON object in `root`; undefined where MySQL has no words for it. */
export function jsonLeaf(
  leaf: Leaf,
  root: SqlFragment,
  path: Path,
  options: LeafOptions,
): LeafSql | undefined {
  switch (leaf.kind) {
    case 'exists':
      return existsLeaf(root, path, options);
    case 'size':
      return wholeLeaf(root, path, options, (value) =>
        andSql([isType(value, "'ARRAY'"), sql`JSON_LENGTH(${value}) = ${leaf.size}`]),
      );
    case 'elemMatch':
      return elemMatchLeaf(leaf, root, path, options);
    case 'compare':
    case 'in':
    case 'type':
    case 'regex':
    case 'mod':
    case 'bits': {
      const condition = valueCondition(leaf);
      if (condition === undefined) return undefined;
      const found =
        path.length === 0
          ? { native: condition.test(root), exact: true }
          : expanded(condition, root, path, options);
      return found && { native: found.native, exact: found.exact && condition.superset !== true };
    }
    case 'expr':
    case 'jsonSchema':
    case 'text':
    case 'geo':
      return undefined;
    default:
      return assertNever(leaf);
  }
}

/** "Some value that the path reaches passes": a scalar directly, arrays on the way by their elements. */
function expanded(
  condition: ValueCondition,
  root: SqlFragment,
  path: Path,
  options: LeafOptions,
): LeafSql | undefined {
  if (!isPushablePath(path)) return undefined;
  if (condition.ofMissing || hasPosition(path)) {
    const native =
      nullLeaf(condition, root, path) ??
      (options.tables ? walkField({ root, steps: [] }, path, true, condition) : undefined);
    return native && { native, exact: true };
  }
  const ways = waysThrough(path, true);
  const { equals } = condition;
  if (equals !== undefined) return { native: memberLeaf(equals, root, ways), exact: true };
  const [direct = [], ...others] = ways;
  const plain = condition.test(valueAt({ root, steps: direct }));
  return orThroughArrays(plain, condition.test, root, others, options);
}

/** Without tables the elements of arrays are left to the service. */
function orThroughArrays(
  plain: SqlFragment,
  test: (value: SqlFragment) => SqlFragment,
  root: SqlFragment,
  ways: readonly (readonly PathStep[])[],
  { tables }: LeafOptions,
): LeafSql {
  const arrays = anyPathExists(root, ways);
  if (!tables) return { native: orSql([plain, arrays]), exact: false };
  return { native: orSql([plain, andSql([arrays, anyElement(valuesAt(root, ways), test)])]), exact: true };
}

/**
 * Equality with a value as it is, arrays and objects included, which `JSON_OVERLAPS` knows too. `MEMBER OF` would say the
 * same of one value, but vtgate loses the parentheses that its negation needs.
 */
function memberLeaf(
  values: readonly Json[],
  root: SqlFragment,
  ways: readonly (readonly PathStep[])[],
): SqlFragment {
  return sql`JSON_OVERLAPS(${valuesAt(root, ways)}, ${jsonSql(values)})`;
}

/** A field at the top: missing, or null among what it holds. */
function nullLeaf(condition: ValueCondition, root: SqlFragment, path: Path): SqlFragment | undefined {
  if (!condition.ofMissing || path.length !== 1 || hasPosition(path)) return undefined;
  const ways = waysThrough(path, true);
  return condition.nullOr === undefined
    ? undefined
    : orSql([
        sql`${valueAt({ root, steps: path })} IS NULL`,
        memberLeaf([null, ...condition.nullOr], root, ways),
      ]);
}

/** Names of the tables of elements differ by nesting, because a condition may look into the one around it. */
let depth = 0;

/** Whether an element of the JSON array passes; a null among them is JSON's null. */
function anyElement(array: SqlFragment, test: (element: SqlFragment) => SqlFragment): SqlFragment {
  depth += 1;
  try {
    const name = { parts: [`e${depth}`] };
    const element = sql`COALESCE(${name}.v, CAST('null' AS JSON))`;
    return sql`EXISTS (SELECT 1 FROM JSON_TABLE(${array}, '$[*]' COLUMNS (v JSON PATH '$')) ${name} WHERE ${test(element)})`;
  } finally {
    depth -= 1;
  }
}

function existsLeaf(root: SqlFragment, path: Path, options: LeafOptions): LeafSql | undefined {
  if (path.length === 0) return { native: sql`${root} IS NOT NULL`, exact: true };
  if (!isPushablePath(path)) return undefined;
  if (!hasPosition(path)) return { native: anyPathExists(root, waysThrough(path, false)), exact: true };
  if (!options.tables) return undefined;
  const condition = { test: (value: SqlFragment) => sql`${value} IS NOT NULL`, ofMissing: false };
  return { native: walkField({ root, steps: [] }, path, false, condition), exact: true };
}

/** Conditions on arrays as a whole. */
function wholeLeaf(
  root: SqlFragment,
  path: Path,
  options: LeafOptions,
  test: (value: SqlFragment) => SqlFragment,
): LeafSql | undefined {
  if (path.length === 0) return { native: test(root), exact: true };
  if (!isPushablePath(path)) return undefined;
  if (hasPosition(path)) {
    if (!options.tables) return undefined;
    const native = walkField({ root, steps: [] }, path, false, { test, ofMissing: false });
    return { native, exact: true };
  }
  const [direct = [], ...others] = waysThrough(path, false);
  const plain = test(valueAt({ root, steps: direct }));
  if (others.length === 0) return { native: plain, exact: true };
  return orThroughArrays(plain, test, root, others, options);
}

function elemMatchLeaf(
  leaf: ElemMatchLeaf,
  root: SqlFragment,
  path: Path,
  options: LeafOptions,
): LeafSql | undefined {
  if (!options.tables) {
    const arrays = wholeLeaf(root, path, options, (value) => isType(value, "'ARRAY'"));
    return arrays && { ...arrays, exact: false };
  }
  const conditionOn = (element: SqlFragment): SqlFragment | undefined => {
    const inner = filterOn(leaf.of, element, options);
    if (inner === undefined || leaf.element === 'value') return inner;
    return andSql([isType(element, "'OBJECT'"), inner]);
  };
  if (conditionOn(sql`TRUE`) === undefined) return undefined;
  // Elements that are arrays are asked by position, which this leaves to the service.
  const arrays = (value: SqlFragment): SqlFragment =>
    anyElement(value, (element) => isType(element, "'ARRAY'"));
  const test = (value: SqlFragment): SqlFragment => {
    const found = anyElement(value, (element) => conditionOn(element) ?? sql`FALSE`);
    const isArray = isType(value, "'ARRAY'");
    return leaf.element === 'value' || !hasPositions(leaf.of)
      ? andSql([isArray, found])
      : andSql([isArray, orSql([found, arrays(value)])]);
  };
  const whole = wholeLeaf(root, path, options, test);
  return whole && { ...whole, exact: leaf.element === 'value' || !hasPositions(leaf.of) };
}

/** Whether the filter may hold for an array in the place of an object: by a position, or because a field is missing. */
function hasPositions(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.some(hasPositions);
    case 'everything':
    case 'not':
      return true;
    case 'nothing':
      return false;
    case 'compare':
      return filter.value === null || hasPosition(filter.path.slice(0, 1));
    case 'in':
      return filter.values.includes(null) || hasPosition(filter.path.slice(0, 1));
    default:
      return 'path' in filter ? hasPosition(filter.path.slice(0, 1)) : true;
  }
}

/** A whole filter on a JSON value; undefined unless all of it is exact. */
function filterOn(filter: Filter, value: SqlFragment, options: LeafOptions): SqlFragment | undefined {
  switch (filter.kind) {
    case 'everything':
      return sql`TRUE`;
    case 'nothing':
      return sql`FALSE`;
    case 'collated':
      return undefined;
    case 'and':
    case 'or': {
      const parts = filter.of.map((part) => filterOn(part, value, options));
      const known = parts.filter((part) => part !== undefined);
      if (known.length < parts.length) return undefined;
      return filter.kind === 'and' ? andSql(known) : orSql(known);
    }
    case 'not': {
      const part = filterOn(filter.of, value, options);
      return part && notSql(part);
    }
    default: {
      const path = 'path' in filter ? filter.path : [];
      const leaf = jsonLeaf(filter, value, path, options);
      return leaf?.exact ? leaf.native : undefined;
    }
  }
}

/** A segment that stands before an object; https://github.com/mongodb/mongo/blob/master/src/mongo/db/matcher/path.cpp */
function walkField(place: JsonPlace, path: Path, expand: boolean, condition: ValueCondition): SqlFragment {
  const [name = '', ...rest] = path;
  const here = { ...place, steps: [...place.steps, name] };
  const value = valueAt(here);
  if (rest.length === 0) {
    const test = condition.test(value);
    return expand
      ? orSql([test, andSql([isType(value, "'ARRAY'"), anyElement(value, condition.test)])])
      : test;
  }
  const inside = walkField(here, rest, expand, condition);
  const elements = walkElements(here, rest, expand, condition);
  return sql`CASE JSON_TYPE(${value}) WHEN 'OBJECT' THEN ${inside} WHEN 'ARRAY' THEN ${elements} ELSE ${
    condition.ofMissing ? sql`TRUE` : sql`FALSE`
  } END`;
}

/** A segment that stands before an array: its elements that are objects, and the one that the segment names. */
function walkElements(place: JsonPlace, path: Path, expand: boolean, condition: ValueCondition): SqlFragment {
  const [name = '', ...rest] = path;
  const objects = anyElement(valueAt(place), (element) =>
    andSql([isType(element, "'OBJECT'"), walkField({ root: element, steps: [] }, path, expand, condition)]),
  );
  if (!hasPosition([name])) return objects;
  const named = { ...place, steps: [...place.steps, Number(name)] };
  const value = valueAt(named);
  if (rest.length === 0) return orSql([objects, andSql([sql`${value} IS NOT NULL`, condition.test(value)])]);
  const inside = walkField(named, rest, expand, condition);
  const elements = walkElements(named, rest, expand, condition);
  return orSql([
    objects,
    sql`CASE JSON_TYPE(${value}) WHEN 'OBJECT' THEN ${inside} WHEN 'ARRAY' THEN ${elements} ELSE FALSE END`,
  ]);
}
