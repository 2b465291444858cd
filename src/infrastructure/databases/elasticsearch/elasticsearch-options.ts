/** How to reach Elasticsearch and how to treat it. Times are milliseconds. */
export interface ElasticsearchOptions {
  /** One or more nodes; requests go round those that answer. */
  readonly addresses: readonly string[];
  /** What the names of our indexes and aliases start with; default `documents`. */
  readonly prefix?: string | undefined;
  readonly auth?: ElasticsearchAuth | undefined;
  /** For addresses of `https`; certificates and key as PEM. */
  readonly tls?: {
    readonly verify?: boolean | undefined;
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  /** Most connections to one node; default 20. */
  readonly connections?: number | undefined;
  readonly refresh?: RefreshPolicy | undefined;
  /** Of a collection's index, at its creation; default 1 and 1. */
  readonly shards?: number | undefined;
  readonly replicas?: number | undefined;
  /** How often expired documents and old changes are removed; default a minute. */
  readonly sweepInterval?: number | undefined;
  /** How long the change log is kept; default a day. */
  readonly changeAge?: number | undefined;
}

export type ElasticsearchAuth =
  | { readonly username: string; readonly password: string }
  | { readonly apiKey: string };

/**
 * How searches come to see what was written. `before_search`: each search refreshes the collection first, whoever
 * wrote. `own_writes`: only when this process wrote to it since; what others wrote is found a second later.
 * `wait_for`, `immediate`: each write waits for a refresh, or forces one.
 */
export type RefreshPolicy = 'before_search' | 'own_writes' | 'wait_for' | 'immediate';
