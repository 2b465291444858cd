import type { Clock } from '../../application/ports/clock.ts';
import type { RateLimitDecision, RateLimiter } from '../../application/ports/rate-limiter.ts';

interface Bucket {
  tokens: number;
  refilledAt: number;
}

/**
 * Token buckets in this process's memory: each caller may burst up to the limit and regains it evenly over a minute.
 * Instances of the service do not share them; Redis does that behind the same port. At most `maxKeys` callers are remembered: the
 * one that was seen longest ago is forgotten first, which only ever gives it a full bucket again.
 */
export class TokenBucketRateLimiter implements RateLimiter {
  readonly limit: number;
  readonly windowSeconds = 60;
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: { readonly perMinute: number; readonly clock: Clock; readonly maxKeys?: number }) {
    this.limit = options.perMinute;
    this.#clock = options.clock;
    this.#maxKeys = options.maxKeys ?? 100_000;
  }

  take(key: string): RateLimitDecision {
    const bucket = this.#refilled(key);
    const perSecond = this.limit / this.windowSeconds;
    if (bucket.tokens < 1)
      return { allowed: false, remaining: 0, resetSeconds: Math.ceil((1 - bucket.tokens) / perSecond) };
    bucket.tokens -= 1;
    return {
      allowed: true,
      remaining: Math.floor(bucket.tokens),
      resetSeconds: Math.ceil((this.limit - bucket.tokens) / perSecond),
    };
  }

  /** The caller's bucket, brought up to now and moved to the end of the queue of the forgotten. */
  #refilled(key: string): Bucket {
    const now = this.#clock.now();
    const known = this.#buckets.get(key);
    if (known === undefined) return this.#remember(key, { tokens: this.limit, refilledAt: now });
    const elapsedSeconds = Math.max(0, now - known.refilledAt) / 1000;
    known.tokens = Math.min(this.limit, known.tokens + (elapsedSeconds * this.limit) / this.windowSeconds);
    known.refilledAt = now;
    this.#buckets.delete(key);
    return this.#remember(key, known);
  }

  #remember(key: string, bucket: Bucket): Bucket {
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#maxKeys) {
      const oldest = this.#buckets.keys().next();
      if (!oldest.done) this.#buckets.delete(oldest.value);
    }
    return bucket;
  }
}
