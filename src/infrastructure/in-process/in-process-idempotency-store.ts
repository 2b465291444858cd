import type { Clock } from '../../application/ports/clock.ts';
import type {
  IdempotencyClaim,
  IdempotencyStore,
  StoredAnswer,
} from '../../application/ports/idempotency-store.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** What an entry costs besides its texts, roughly. */
const entryBytes = 512;

interface Entry {
  readonly fingerprint: string;
  readonly expiresAt: number;
  readonly bytes: number;
  readonly answer: StoredAnswer | undefined;
}

/**
 * Answers of idempotent requests in this process's memory, for 24 hours or until the bound is reached, oldest first.
 * Processes do not share them and a restart forgets them; Redis does better behind the same port.
 */
export class InProcessIdempotencyStore implements IdempotencyStore {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  /** In order of claiming, which is the order of expiry. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: { readonly clock: Clock; readonly maxBytes?: number }) {
    this.#clock = options.clock;
    this.#maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
  }

  async claim(key: string, fingerprint: string): Promise<IdempotencyClaim> {
    this.#forgetExpired();
    const known = this.#entries.get(key);
    if (known?.answer !== undefined)
      return { status: 'answered', fingerprint: known.fingerprint, answer: known.answer };
    if (known !== undefined) return { status: 'running', fingerprint: known.fingerprint };
    this.#put(key, {
      fingerprint,
      expiresAt: this.#clock.now() + dayMs,
      bytes: entryBytes + key.length,
      answer: undefined,
    });
    return { status: 'claimed' };
  }

  async complete(key: string, answer: StoredAnswer): Promise<void> {
    const claimed = this.#entries.get(key);
    if (claimed === undefined) return;
    this.#remove(key);
    this.#put(key, { ...claimed, bytes: entryBytes + key.length + answer.body.length * 2, answer });
    this.#forgetOldest();
  }

  async release(key: string): Promise<void> {
    this.#remove(key);
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt > now) return;
      this.#remove(key);
    }
  }

  /** Requests that still run are kept: forgetting one would let it run twice. */
  #forgetOldest(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      if (entry.answer !== undefined) this.#remove(key);
    }
  }
}
