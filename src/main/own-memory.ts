import type { IdempotencyStore } from '../application/ports/idempotency-store.ts';
import type { RateLimiter } from '../application/ports/rate-limiter.ts';
import type { Config } from '../infrastructure/config/load-config.ts';
import { InProcessIdempotencyStore } from '../infrastructure/in-process/in-process-idempotency-store.ts';
import { TokenBucketRateLimiter } from '../infrastructure/in-process/token-bucket-rate-limiter.ts';

/** What an instance remembers of its callers, once for all of its processes. */
export interface SharedMemory {
  readonly idempotency: IdempotencyStore;
  /** Undefined: callers are not limited. */
  readonly rateLimiter: RateLimiter | undefined;
}

/** The memory of one process: of the only one, or of the primary, which its workers ask. */
export function ownMemory({ limits }: Config): SharedMemory & {
  readonly idempotency: InProcessIdempotencyStore;
} {
  const clock = { now: () => Date.now() };
  const { idempotency, rate_limit } = limits;
  return {
    idempotency: new InProcessIdempotencyStore({
      clock,
      maxBytes: idempotency.max_bytes,
      maxAnswerBytes: idempotency.max_answer_bytes,
    }),
    rateLimiter: rate_limit.enabled
      ? new TokenBucketRateLimiter({ perMinute: rate_limit.per_minute, clock })
      : undefined,
  };
}
