import { backgroundCall } from '../background-call.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { RefreshPolicy } from './elasticsearch-options.ts';

/** A refresh under way, and the one that those wait for who came after it began. */
interface Refreshing {
  readonly current: Promise<void>;
  next: Promise<void> | undefined;
}

/** Lets searches see what was written before they came; see `RefreshPolicy`. */
export class Freshness {
  readonly #connection: ElasticsearchConnection;
  readonly #policy: RefreshPolicy;
  readonly #written = new Set<string>();
  readonly #refreshing = new Map<string, Refreshing>();

  constructor(connection: ElasticsearchConnection, policy: RefreshPolicy) {
    this.#connection = connection;
    this.#policy = policy;
  }

  /** What a bulk request is to say about it. */
  get parameter(): { readonly refresh?: string } {
    if (this.#policy === 'wait_for') return { refresh: 'wait_for' };
    return this.#policy === 'immediate' ? { refresh: 'true' } : {};
  }

  /** @param index the name that searches use. */
  wrote(index: string): void {
    if (this.#policy === 'own_writes') this.#written.add(index);
  }

  async beforeSearch(index: string): Promise<void> {
    if (this.#policy === 'wait_for' || this.#policy === 'immediate') return;
    if (this.#policy === 'own_writes' && !this.#written.has(index)) return;
    await this.refresh(index);
  }

  /** A refresh that begins after this call; those who come meanwhile share one. */
  refresh(index: string): Promise<void> {
    const running = this.#refreshing.get(index);
    if (running === undefined) return this.#begin(index);
    running.next ??= running.current.catch(() => undefined).then(() => this.#begin(index));
    return running.next;
  }

  #begin(index: string): Promise<void> {
    this.#written.delete(index);
    const current = this.#send(index).finally(() => {
      if (this.#refreshing.get(index)?.current === current) this.#refreshing.delete(index);
    });
    this.#refreshing.set(index, { current, next: undefined });
    return current;
  }

  async #send(index: string): Promise<void> {
    await this.#connection.request(
      {
        method: 'POST',
        path: `/${encodeURIComponent(index)}/_refresh`,
        query: { ignore_unavailable: true },
        repeatable: true,
      },
      backgroundCall(),
    );
  }
}
