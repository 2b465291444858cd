import type { DatabaseCredentials } from '../../../application/ports/database-adapter.ts';

/** How to reach MySQL and how to treat it. Times are milliseconds. */
export interface MysqlOptions {
  /** `mysql://user:password@host:port/database`. */
  readonly uri: string;
  /** Default: those in the address. */
  readonly credentials?: DatabaseCredentials | undefined;
  readonly pool?: {
    /** Default 20. */
    readonly max?: number | undefined;
    /** How long an operation waits for a free connection; default 5,000. */
    readonly acquireTimeoutMs?: number | undefined;
  };
  readonly tls?: MysqlTls | undefined;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** The longest that the server lets one SELECT run, whatever the request says; 0 (default): no bound. */
  readonly statementTimeoutMs?: number | undefined;
  /** How often expired documents and old changes are removed, 0 for never; default a minute. */
  readonly sweepIntervalMs?: number | undefined;
  /** Changes that `watch` can go back to at most; 100,000 and a day unless given. */
  readonly keptChanges?: number | undefined;
  readonly changeAgeMs?: number | undefined;
}

export interface MysqlTls {
  /** Default true: the server's certificate is checked. */
  readonly verify?: boolean | undefined;
  /** PEM texts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}
