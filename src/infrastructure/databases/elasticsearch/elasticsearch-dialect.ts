import type { Dialect, PlanContext, Pushed } from '../../../application/ports/dialect.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { ElasticsearchFragment } from './elasticsearch-fragment.ts';
import { leafQuery } from './elasticsearch-leaf.ts';
import { elasticsearchPipeline } from './elasticsearch-pipeline.ts';
import { elasticsearchSort } from './elasticsearch-sort.ts';

/** How Elasticsearch says each part of a query: on the tokens that stand beside each document. */
export const elasticsearchDialect: Dialect<ElasticsearchFragment> = {
  maxConditions: 500,
  leaf: pushLeaf,
  and: (parts) => ({ query: { bool: { filter: parts.flatMap((part) => conjuncts(part)) } } }),
  or: (parts) => ({
    query: { bool: { should: parts.flatMap((part) => alternatives(part)), minimum_should_match: 1 } },
  }),
  not: ({ query, inner }) =>
    inner === undefined ? { query: { bool: { must_not: [query] } }, inner: query } : { query: inner },
  sort: elasticsearchSort,
  pipeline: (stages, context) => elasticsearchPipeline(stages, context, elasticsearchDialect),
  explain: ({ query, sort, pipeline }) => {
    if (pipeline === undefined) return sort ?? withoutValues(query);
    const { order, skip, limit, counted } = pipeline;
    const shown = { query: withoutValues(query), sort: order?.sort, skip, limit, count: counted };
    return Object.fromEntries(Object.entries(shown).flatMap(([name, part]) => (part ? [[name, part]] : [])));
  },
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

/** Elasticsearch takes thirty levels of queries, so those of one kind become one. */
function conjuncts({ query }: ElasticsearchFragment): readonly Json[] {
  return boolPart(query, 'filter') ?? [query];
}

function alternatives({ query }: ElasticsearchFragment): readonly Json[] {
  return boolPart(query, 'should') ?? [query];
}

/** What a query of ours consists of when it is of this kind and nothing else. */
function boolPart({ bool }: JsonObject, kind: 'filter' | 'should'): readonly Json[] | undefined {
  if (typeof bool !== 'object' || bool === null || Array.isArray(bool)) return undefined;
  const others = Object.keys(bool).filter((key) => key !== kind && key !== 'minimum_should_match');
  const part = (bool as JsonObject)[kind];
  return others.length === 0 && Array.isArray(part) ? part : undefined;
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
