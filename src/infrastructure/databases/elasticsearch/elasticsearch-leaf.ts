import { assertNever } from '../../../domain/assert-never.ts';
import type {
  CompareLeaf,
  ElemMatchLeaf,
  Filter,
  InLeaf,
  Leaf,
  Pattern,
  TypeLeaf,
} from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { JsonObject, Value } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';
import { bracket, isWhole, textPrefix, token, tokenPath } from './elasticsearch-tokens.ts';

/** A leaf as a query on tokens; inexact ones let through more. */
export interface LeafQuery {
  readonly query: JsonObject;
  readonly exact: boolean;
}

export const nothing: JsonObject = { match_none: {} };
const mostTerms = 10_000;

/** Undefined: the tokens say nothing about it. */
export function leafQuery(leaf: Leaf, prefix: Path = []): LeafQuery | undefined {
  if (!('path' in leaf) || leaf.kind === 'geo') return undefined;
  const path = [...prefix, ...leaf.path];
  const at = tokenPath(path);
  if (at === undefined) return undefined;
  switch (leaf.kind) {
    case 'compare':
      return compareQuery(leaf, path, at);
    case 'in':
      return inQuery(leaf, path, at);
    case 'exists':
      return exactly(term(token.exists(at)));
    case 'type':
      return exactly(typeQuery(leaf, at));
    case 'regex':
      return roughly(patternQuery(leaf, at));
    case 'size':
      return exactly(term(token.size(at, leaf.size)));
    case 'mod':
    case 'bits':
      return roughly(anyOfTypes(at, numberTypes));
    case 'elemMatch':
      return elemMatchQuery(leaf, path, at);
    default:
      return assertNever(leaf);
  }
}

function exactly(query: JsonObject): LeafQuery {
  return { query, exact: true };
}

function roughly(query: JsonObject): LeafQuery {
  return { query, exact: false };
}

function term(tokenText: string): JsonObject {
  return { term: { tokens: tokenText } };
}

function anyOf(queries: readonly JsonObject[]): JsonObject {
  const [first] = queries;
  if (first === undefined) return nothing;
  return queries.length === 1 ? first : { bool: { should: queries, minimum_should_match: 1 } };
}

function compareQuery(leaf: CompareLeaf, path: Path, at: string): LeafQuery | undefined {
  const { op } = leaf;
  const value = plain(leaf.value);
  if (value === undefined) return undefined;
  if (value === null) return op === 'gt' || op === 'lt' ? exactly(nothing) : nullQuery(path, at);
  if (typeof value === 'boolean') return exactly(boolQuery(op, value, at));
  if (typeof value === 'number')
    return op === 'eq'
      ? exactly(term(token.number(at, value)))
      : exactly(range(op, token.number(at, value), bracket(at, 'number')));
  if (typeof value === 'string')
    return op === 'eq' ? exactly(term(token.text(at, value))) : textRange(op, value, at);
  return roughly(term(token.type(at, isArray(value) ? 'array' : 'object')));
}

/** Null, or missing. Behind an array each of its objects may lack the field: only the document itself tells. */
function nullQuery(path: Path, at: string): LeafQuery {
  const isNull = term(token.type(at, 'null'));
  const missing = { bool: { must_not: [term(token.exists(at))] } };
  const arrays = path.slice(0, -1).flatMap((_, i) => {
    const above = tokenPath(path.slice(0, i + 1));
    return above === undefined ? [] : [term(token.type(above, 'array'))];
  });
  return { query: anyOf([isNull, missing, ...arrays]), exact: arrays.length === 0 };
}

function boolQuery(op: CompareLeaf['op'], value: boolean, at: string): JsonObject {
  const accepted = [false, true].filter((one) => {
    const order = Number(one) - Number(value);
    return { eq: order === 0, gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[op];
  });
  return anyOf(accepted.map((one) => term(token.bool(at, one))));
}

function range(
  op: Exclude<CompareLeaf['op'], 'eq'>,
  bound: string,
  [from, until]: readonly [string, string],
): JsonObject {
  const bounds = op === 'gt' || op === 'gte' ? { [op]: bound, lt: until } : { gte: from, [op]: bound };
  return { range: { tokens: bounds } };
}

/** From a long string only its first part is compared: what begins with it may be on either side. */
function textRange(op: Exclude<CompareLeaf['op'], 'eq'>, value: string, at: string): LeafQuery {
  const limits = bracket(at, 'text');
  if (isWhole(value)) return exactly(range(op, limits[0] + value, limits));
  const start = limits[0] + textPrefix(value);
  const isLower = op === 'gt' || op === 'gte';
  return roughly(isLower ? range('gte', start, limits) : range('lt', `${start}\u0001`, limits));
}

function inQuery(leaf: InLeaf, path: Path, at: string): LeafQuery | undefined {
  const parts: LeafQuery[] = leaf.patterns.map((pattern) => roughly(patternQuery(pattern, at)));
  const tokens: string[] = [];
  for (const one of leaf.values) {
    const value = plain(one);
    if (value === undefined) return undefined;
    if (typeof value === 'string') tokens.push(token.text(at, value));
    else if (typeof value === 'number') tokens.push(token.number(at, value));
    else if (typeof value === 'boolean') tokens.push(token.bool(at, value));
    else {
      const part = compareQuery({ kind: 'compare', path: leaf.path, op: 'eq', value }, path, at);
      if (part === undefined) return undefined;
      parts.push(part);
    }
  }
  for (let start = 0; start < tokens.length; start += mostTerms)
    parts.push(exactly({ terms: { tokens: tokens.slice(start, start + mostTerms) } }));
  return { query: anyOf(parts.map(({ query }) => query)), exact: parts.every(({ exact }) => exact) };
}

const numberTypes = ['int', 'long', 'double'] as const;
const jsonTypes: ReadonlySet<string> = new Set([...numberTypes, 'string', 'object', 'array', 'bool', 'null']);

/** Types that JSON lacks are those of no document. */
function typeQuery({ types }: TypeLeaf, at: string): JsonObject {
  const names = types.flatMap((type) => (type === 'number' ? numberTypes : type));
  return anyOfTypes(
    at,
    names.filter((name) => jsonTypes.has(name)),
  );
}

function anyOfTypes(at: string, names: readonly string[]): JsonObject {
  if (names.length === 0) return nothing;
  return { terms: { tokens: names.map((name) => token.type(at, name)) } };
}

function patternQuery(pattern: Pattern, at: string): JsonObject {
  const start = literalPrefix(pattern);
  if (start === undefined) return term(token.type(at, 'string'));
  return { prefix: { tokens: { value: bracket(at, 'text')[0] + textPrefix(start) } } };
}

/** What every match of an anchored pattern starts with. */
function literalPrefix({ pattern, flags }: Pattern): string | undefined {
  if (flags !== '' || pattern.includes('|')) return undefined;
  const match = /^\^([A-Za-z0-9 _@:,;=<>!%&~"'/-]+)(.?)/.exec(pattern);
  const [, literal = '', next = ''] = match ?? [];
  const kept = /[*?{]/.test(next) ? literal.slice(0, -1) : literal;
  return kept === '' ? undefined : kept;
}

/** An array there whose elements have, together, what one of them must have. */
function elemMatchQuery(leaf: ElemMatchLeaf, path: Path, at: string): LeafQuery {
  const isThere = term(token.type(at, 'array'));
  const elements = elementQuery(leaf.of, path);
  return roughly(elements === undefined ? isThere : { bool: { filter: [isThere, elements] } });
}

/** A superset; undefined: all. */
function elementQuery(filter: Filter, prefix: Path): JsonObject | undefined {
  switch (filter.kind) {
    case 'everything':
    case 'not':
    case 'collated':
      return undefined;
    case 'nothing':
      return nothing;
    case 'and': {
      const parts = filter.of.flatMap((part) => elementQuery(part, prefix) ?? []);
      return parts.length === 0 ? undefined : { bool: { filter: parts } };
    }
    case 'or': {
      const parts = filter.of.map((part) => elementQuery(part, prefix));
      const known = parts.filter((part) => part !== undefined);
      return known.length < parts.length ? undefined : anyOf(known);
    }
    default:
      return elementLeaf(filter, prefix);
  }
}

/**
 * Of an element that is an array itself no tokens tell more than its type; those leaves hold for what the path reaches
 * from the array's own elements, and for what is missing there.
 */
function elementLeaf(leaf: Leaf, prefix: Path): JsonObject | undefined {
  if (!('path' in leaf)) return undefined;
  if (leaf.kind !== 'compare' && leaf.kind !== 'in' && leaf.kind !== 'regex') return undefined;
  if (
    leaf.kind === 'compare' &&
    typeof plain(leaf.value) !== 'string' &&
    typeof plain(leaf.value) !== 'number'
  )
    return undefined;
  if (leaf.kind === 'in' && leaf.values.some((value) => value === null || typeof value === 'object'))
    return undefined;
  return leafQuery(leaf, prefix)?.query;
}

/** A value as JSON may hold it; undefined: no token stands for it. */
function plain(value: Value): null | boolean | number | string | readonly Value[] | JsonObject | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value instanceof TypedNumber)
    return value.type !== 'decimal' && Number(value.text) === value.value ? plain(value.value) : undefined;
  if (isArray(value)) return value;
  return isObject(value) ? {} : undefined;
}
