import type { ElasticsearchOptions } from './elasticsearch-options.ts';

const keyword = { type: 'keyword' } as const;

/**
 * The mapping of every collection: fixed, whatever fields the documents have. `data` is one `flattened` field, which
 * keeps natural names searchable for raw queries; `tokens` and `order` answer our own queries and are not kept in the
 * source, since they are made of it.
 */
export function collectionMapping(): object {
  return {
    dynamic: false,
    _source: { excludes: ['tokens', 'order'] },
    properties: {
      id: keyword,
      version: { type: 'long' },
      created_at: keyword,
      updated_at: keyword,
      removed: { type: 'boolean' },
      tokens: { type: 'keyword', doc_values: false },
      order: { dynamic: false, properties: {} },
      data: { type: 'flattened', ignore_above: 2000, depth_limit: 120 },
    },
  };
}

export function collectionSettings({ shards, replicas }: ElasticsearchOptions): object {
  return {
    index: { number_of_shards: shards ?? 1, number_of_replicas: replicas ?? 1, refresh_interval: '1s' },
  };
}

/** An index of our own whose order is that of its one shard's sequence numbers. */
export function ownIndex(properties: object, { replicas }: ElasticsearchOptions): object {
  return {
    settings: { index: { number_of_shards: 1, number_of_replicas: replicas ?? 1 } },
    mappings: { dynamic: false, properties },
  };
}

/** What is added to a collection's mapping for the order keys of an index. */
export function orderMapping(fields: readonly string[]): object {
  const properties = Object.fromEntries(fields.map((field) => [field, keyword]));
  return { properties: { order: { dynamic: false, properties } } };
}
