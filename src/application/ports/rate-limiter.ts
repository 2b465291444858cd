/** A token bucket per caller. Never rejects: a limiter that cannot reach its store lets requests through. */
export interface RateLimiter {
  /** Requests per window, for the answer's headers. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Takes one token. @param key the API key's name, or the client's address. */
  take(key: string): RateLimitDecision | Promise<RateLimitDecision>;
}

export interface RateLimitDecision {
  readonly allowed: boolean;
  /** Whole tokens left, ≥ 0. */
  readonly remaining: number;
  /** Seconds until the bucket is full again, or, when refused, until the next token; ≥ 0, whole. */
  readonly resetSeconds: number;
}
