import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { Recorded } from './memory-operations.ts';

const keptEvents = 10_000;

/** The last changes of the memory database, in order, for `watch`. */
export class MemoryChangeLog implements ChangeFeed {
  #events: ChangeEvent[] = [];
  #next = 1;
  readonly #waiting = new Set<() => void>();

  append({ before, after }: Recorded): void {
    const document = after ?? before;
    if (document === undefined) return;
    const kind = after === undefined ? 'deleted' : before === undefined ? 'created' : 'updated';
    this.#events.push({
      token: String(this.#next),
      eventId: `memory-${this.#next}`,
      kind,
      collection: document.collection,
      id: document.id,
      version: document.version,
      data: after?.data.value ?? null,
      metadata: after?.metadata ?? null,
      occurredAt: after?.updatedAt ?? new Date().toISOString(),
    });
    this.#next += 1;
    if (this.#events.length > 2 * keptEvents) this.#events = this.#events.slice(-keptEvents);
    for (const wake of this.#waiting) wake();
  }

  async *watch(
    scope: { readonly collection: string | undefined; readonly after: string | undefined },
    call: Call,
  ): AsyncIterable<ChangeEvent> {
    let position = scope.after === undefined ? this.#next : parseToken(scope.after) + 1;
    while (!call.signal.aborted) {
      const first = this.#next - this.#events.length;
      const event = this.#events[Math.max(position, first) - first];
      if (event === undefined) await this.#change(call.signal);
      else {
        position = Number(event.token) + 1;
        if (scope.collection === undefined || scope.collection === event.collection) yield event;
      }
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

function parseToken(token: string): number {
  if (!/^\d{1,15}$/.test(token))
    throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
  return Number(token);
}
