import type { Authenticator } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Databases } from '../../application/ports/databases.ts';
import type { IdempotencyStore } from '../../application/ports/idempotency-store.ts';
import type { Limits } from '../../application/ports/limits.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import type { RateLimiter } from '../../application/ports/rate-limiter.ts';
import type { ServiceStatus } from '../../application/ports/service-status.ts';
import type { OpenStreams } from './open-streams.ts';

/** Everything that the router needs from outside; the composition roots and the tests make it. */
export interface HttpDependencies {
  readonly databases: Databases;
  readonly status: ServiceStatus;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly idempotency: IdempotencyStore;
  /** Undefined: no limit, and no headers that tell one. */
  readonly rateLimiter: RateLimiter | undefined;
  /** Undefined: everybody may do everything. */
  readonly authenticator: Authenticator | undefined;
  /** Signs the cursors of keyset paging (HMAC-SHA-256); at least 32 bytes, the same in every process. */
  readonly cursorKey: Uint8Array;
  readonly rawQueries: { readonly enabled: boolean; readonly allowWrites: boolean };
  /** Undefined: no other origin may read answers. */
  readonly cors: CorsPolicy | undefined;
  /** Whether the last `X-Forwarded-For` address, set by a proxy of ours, is the client's. */
  readonly trustProxy: boolean;
  /** Streamed answers, which last as long as their clients read them. */
  readonly streams: {
    /** NDJSON. */
    readonly results: OpenStreams;
    /** Server-sent events of changes. */
    readonly changes: OpenStreams;
  };
  /** Aborted when the process begins to stop: ends streams that would not end by themselves. */
  readonly stopping: AbortSignal;
}

export interface CorsPolicy {
  /** Origins as browsers send them (`https://app.example.com`), or `*` for any. */
  readonly origins: readonly string[];
  readonly maxAgeSeconds: number;
}
