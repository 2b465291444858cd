import type { Dialect, PlanContext, Pushed } from '../../../application/ports/dialect.ts';
import type { CompareOperator, Leaf } from '../../../domain/query/filter.ts';
import { type Path, samePath } from '../../../domain/query/path.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { lookupKey, typeBounds } from './lookup-keys.ts';

/** Keys of an index: these alone, or all of a range, its ends included. */
export type LookupBounds =
  | { readonly keys: readonly Buffer[] }
  | { readonly from: Buffer; readonly to: Buffer };

/** What Cassandra can be asked: all of it says which ids come into question. */
export type CassandraFragment =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'lookup'; readonly index: string; readonly bounds: LookupBounds }
  /** Behind an id in the order of tokens. */
  | { readonly kind: 'after'; readonly id: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly CassandraFragment[] }
  | { readonly kind: 'not'; readonly of: CassandraFragment }
  | { readonly kind: 'tokenOrder' };

const longestId = 512;
const mostKeys = 100;

/** Ids exactly, indexed fields as a superset, and the order of tokens. */
export const cassandraDialect: Dialect<CassandraFragment> = {
  maxConditions: 500,
  leaf: (leaf, context) => {
    if (leaf.kind === 'compare' && isId(leaf.path)) return leaf.op === 'eq' ? idsOf([leaf.value]) : undefined;
    if (leaf.kind === 'in' && isId(leaf.path))
      return leaf.patterns.length === 0 ? idsOf(leaf.values) : undefined;
    return lookupLeaf(leaf, context);
  },
  and: (of) => ({ kind: 'and', of }),
  or: (of) => ({ kind: 'or', of }),
  not: (of) => ({ kind: 'not', of }),
  sort: () => undefined,
  naturalOrder: () => ({
    native: { kind: 'tokenOrder' },
    after: ([id]) => (typeof id === 'string' && isStorable(id) ? { kind: 'after', id } : undefined),
  }),
  explain,
};

/** Ids are strings; values of other types are nobody's. */
function idsOf(values: readonly Value[]): Pushed<CassandraFragment> | undefined {
  if (values.some((value) => typeof value === 'object' && value !== null)) return undefined;
  const ids = values.filter((value) => typeof value === 'string').filter(isStorable);
  return { native: { kind: 'ids', ids: [...new Set(ids)] }, exact: true, index: '_id_' };
}

function isStorable(id: string): boolean {
  return id !== '' && id.length <= longestId;
}

function lookupLeaf(leaf: Leaf, context: PlanContext): Pushed<CassandraFragment> | undefined {
  if (leaf.kind !== 'compare' && leaf.kind !== 'in') return undefined;
  const index = lookupIndex(leaf.path, context);
  const bounds = leaf.kind === 'in' ? inBounds(leaf) : compareBounds(leaf.op, leaf.value);
  if (index === undefined || bounds === undefined) return undefined;
  return { native: { kind: 'lookup', index, bounds }, exact: false, index };
}

/** An index serves by its first field; a partial one only keeps keys unique. */
function lookupIndex(path: Path, { indexes }: PlanContext): string | undefined {
  return indexes.find(
    ({ keys, partialFilter }) =>
      partialFilter === undefined && keys[0] !== undefined && samePath(keys[0].path, path),
  )?.name;
}

function compareBounds(op: CompareOperator, value: Value): LookupBounds | undefined {
  const key = lookupKey(value);
  if (key === undefined) return undefined;
  const { from, to } = typeBounds(key);
  switch (op) {
    case 'eq':
      return { keys: [key] };
    case 'gt':
    case 'gte':
      return { from: key, to };
    case 'lt':
    case 'lte':
      return { from, to: key };
  }
}

function inBounds({ values, patterns }: Extract<Leaf, { kind: 'in' }>): LookupBounds | undefined {
  if (patterns.length > 0 || values.length > mostKeys) return undefined;
  const keys: Buffer[] = [];
  for (const value of values) {
    const key = lookupKey(value);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return { keys };
}

function isId(path: Path): boolean {
  return path.length === 1 && path[0] === '_id';
}

function explain(fragment: CassandraFragment): Json {
  switch (fragment.kind) {
    case 'ids':
      return `id IN ${fragment.ids.length === 1 ? '(?)' : '?'}`;
    case 'lookup':
      return `${fragment.index}: ${'keys' in fragment.bounds ? 'key IN ?' : 'key >= ? AND key <= ?'}`;
    case 'after':
      return 'token(id) > token(?)';
    case 'and':
    case 'or':
      return { [fragment.kind]: fragment.of.map(explain) };
    case 'not':
      return { not: explain(fragment.of) };
    case 'tokenOrder':
      return 'token(id)';
  }
}
