import type { Dialect } from '../../../application/ports/dialect.ts';
import type { ElasticsearchFragment } from './elasticsearch-fragment.ts';

export const elasticsearchDialect: Dialect<ElasticsearchFragment> = {
  leaf: () => undefined,
  and: (parts) => ({ query: { bool: { filter: parts.map(({ query }) => query) } } }),
  or: (parts) => ({ query: { bool: { should: parts.map(({ query }) => query), minimum_should_match: 1 } } }),
  not: ({ query }) => ({ query: { bool: { must_not: [query] } } }),
  sort: () => undefined,
  explain: () => ({}),
};
