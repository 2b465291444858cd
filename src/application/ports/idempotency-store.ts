/** Remembers the answers of requests that carried an `Idempotency-Key`, for 24 hours. */
export interface IdempotencyStore {
  /**
   * Claims the key for this request, or tells what became of the request that claimed it before. Claiming is atomic;
   * whoever claimed must `complete` or `release`. A key that is promised is never forgotten early: a store that has no
   * room for another rejects with CONNECTION_ERROR, before anything is carried out.
   * @param key scoped by the caller (its identity and the route are in it).
   * @param fingerprint a hash of everything that makes the request what it is.
   */
  claim(key: string, fingerprint: string): Promise<IdempotencyClaim>;
  /** The request was carried out. An answer that is too large is not kept; the key is. */
  complete(key: string, answer: StoredAnswer): Promise<void>;
  /** Gives the key back after a failure that a retry may cure. */
  release(key: string): Promise<void>;
}

export type IdempotencyClaim =
  | { readonly status: 'claimed' }
  /** The first request has not answered yet. */
  | { readonly status: 'running'; readonly fingerprint: string }
  | { readonly status: 'answered'; readonly fingerprint: string; readonly answer: StoredAnswer }
  /** The first request was carried out, or its process ended within it; its answer is not known any more. */
  | { readonly status: 'lost'; readonly fingerprint: string };

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
