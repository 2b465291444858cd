import type { Dialect, PlanContext, Pushed } from '../../../application/ports/dialect.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { ElasticsearchFragment } from './elasticsearch-fragment.ts';
import { leafQuery } from './elasticsearch-leaf.ts';
import { elasticsearchSort } from './elasticsearch-sort.ts';

/** How Elasticsearch says each part of a query: on the tokens that stand beside each document. */
export const elasticsearchDialect: Dialect<ElasticsearchFragment> = {
  leaf: pushLeaf,
  and: (parts) => ({ query: { bool: { filter: parts.map(({ query }) => query) } } }),
  or: (parts) => ({ query: { bool: { should: parts.map(({ query }) => query), minimum_should_match: 1 } } }),
  not: ({ query }) => ({ query: { bool: { must_not: [query] } } }),
  sort: elasticsearchSort,
  explain: ({ query, sort }) => (sort === undefined ? withoutValues(query) : sort),
};

function pushLeaf(leaf: Leaf, { indexes }: PlanContext): Pushed<ElasticsearchFragment> | undefined {
  const id = pinnedId(leaf);
  if (id !== undefined)
    return { native: { query: { term: { id } }, onlyId: id }, exact: true, index: '_id_' };
  const pushed = leafQuery(leaf);
  if (pushed === undefined) return undefined;
  const native = { query: pushed.query };
  const name = 'path' in leaf ? leaf.path.join('.') : '';
  const index = indexes.find(({ keys }) => keys[0]?.path.join('.') === name)?.name;
  return index === undefined ? { native, exact: pushed.exact } : { native, exact: pushed.exact, index };
}

function pinnedId(leaf: Leaf): string | undefined {
  if (leaf.kind !== 'compare' || leaf.op !== 'eq' || leaf.path.length !== 1 || leaf.path[0] !== '_id')
    return undefined;
  return typeof leaf.value === 'string' ? leaf.value : undefined;
}

/** The shape of a query; of a token only the path and the kind of value are shown. */
function withoutValues(query: Json): Json {
  if (typeof query === 'string') return `${query.split('\0')[0] ?? ''} ?`.replaceAll('\u001f', '.');
  if (typeof query !== 'object' || query === null) return query;
  if (Array.isArray(query)) return query.length > 20 ? ['…'] : query.map(withoutValues);
  return Object.fromEntries(
    Object.entries(query as JsonObject).map(([key, part]) => [key, withoutValues(part)]),
  );
}
