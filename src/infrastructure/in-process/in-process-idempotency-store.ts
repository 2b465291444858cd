import type { Clock } from '../../application/ports/clock.ts';
import type {
  IdempotencyClaim,
  IdempotencyStore,
  StoredAnswer,
} from '../../application/ports/idempotency-store.ts';
import { ServiceError } from '../../domain/errors.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** What an entry costs besides its texts, roughly. */
const entryBytes = 512;

export interface IdempotencyBounds {
  /** Of everything that is kept, roughly. */
  readonly maxBytes: number;
  /** Of one answer's body. */
  readonly maxAnswerBytes: number;
}

interface Entry {
  readonly fingerprint: string;
  readonly expiresAt: number;
  readonly bytes: number;
  readonly answer: StoredAnswer | 'running' | 'lost';
}

/**
 * Answers of idempotent requests in this process's memory, for 24 hours. Nothing is forgotten before: a full store
 * refuses new keys. A restart forgets all, and instances of the service do not share them; Redis does better behind
 * the same port.
 */
export class InProcessIdempotencyStore implements IdempotencyStore {
  readonly #clock: Clock;
  readonly #bounds: IdempotencyBounds;
  /** In order of claiming, which is the order of expiry. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: { readonly clock: Clock } & IdempotencyBounds) {
    this.#clock = options.clock;
    this.#bounds = options;
  }

  async claim(key: string, fingerprint: string): Promise<IdempotencyClaim> {
    this.#forgetExpired();
    const known = this.#entries.get(key);
    if (known !== undefined) return claimOf(known);
    const bytes = entryBytes + key.length;
    if (this.#bytes + bytes > this.#bounds.maxBytes) throw storeIsFull();
    const expiresAt = this.#clock.now() + dayMs;
    this.#put(key, { fingerprint, expiresAt, bytes, answer: 'running' });
    return { status: 'claimed' };
  }

  async complete(key: string, answer: StoredAnswer): Promise<void> {
    const bytes = Buffer.byteLength(answer.body);
    const fits = bytes <= this.#bounds.maxAnswerBytes && this.#bytes + bytes <= this.#bounds.maxBytes;
    if (fits) this.#settle(key, answer, bytes);
    else this.lose(key);
  }

  async release(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry?.answer === 'running') this.#remove(key, entry);
  }

  /** The key stays used, without an answer. */
  lose(key: string): void {
    this.#settle(key, 'lost', 0);
  }

  /** Where it was put when it was claimed: setting a key again does not move it. */
  #settle(key: string, answer: StoredAnswer | 'lost', bytes: number): void {
    const claimed = this.#entries.get(key);
    if (claimed?.answer === 'running') this.#put(key, { ...claimed, bytes: claimed.bytes + bytes, answer });
  }

  #put(key: string, entry: Entry): void {
    this.#bytes += entry.bytes - (this.#entries.get(key)?.bytes ?? 0);
    this.#entries.set(key, entry);
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  /** A request that still runs is kept: forgetting it would let it run twice. */
  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt > now) return;
      if (entry.answer !== 'running') this.#remove(key, entry);
    }
  }
}

function claimOf({ fingerprint, answer }: Entry): IdempotencyClaim {
  return typeof answer === 'string'
    ? { status: answer, fingerprint }
    : { status: 'answered', fingerprint, answer };
}

/** Nothing was carried out. */
export function storeIsFull(): ServiceError {
  return new ServiceError(
    'CONNECTION_ERROR',
    'there is no room to remember another Idempotency-Key; nothing was done',
  );
}
