import type { Call } from '../../application/ports/call.ts';
import { ServiceError } from '../../domain/errors.ts';

/** Runs all items as one statement; one outcome per item, in order. */
export type RunBatch<I, O> = (items: readonly I[], call: Call) => Promise<readonly O[]>;

interface Waiting<I, O> {
  readonly item: I;
  readonly call: Call;
  readonly resolve: (outcome: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Less time than this and a call goes by itself, so that its own deadline holds. */
const shortDeadlineMs = 1000;

/**
 * Joins calls that arrive while others are under way into one statement. A call that is alone waits for nobody: a batch
 * leaves at the end of the event loop's turn, as long as fewer than `maxInFlight` are under way; the others gather
 * meanwhile. The busier the service, the larger the batches, the less a request costs.
 */
export class Coalescer<I, O> {
  readonly #run: RunBatch<I, O>;
  readonly #maxItems: number;
  readonly #maxInFlight: number;
  #waiting: Waiting<I, O>[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(run: RunBatch<I, O>, maxItems: number, maxInFlight: number) {
    this.#run = run;
    this.#maxItems = maxItems;
    this.#maxInFlight = maxInFlight;
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.#waiting.length === 0;
  }

  /** Rejects as its batch does; a batch's failure is told to all of its calls. */
  add(item: I, call: Call): Promise<O> {
    if (call.deadline - Date.now() < shortDeadlineMs) return this.#alone(item, call);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, call, resolve, reject });
      this.#schedule();
    });
  }

  async #alone(item: I, call: Call): Promise<O> {
    const [outcome] = await this.#run([item], call);
    return present(outcome);
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#inFlight >= this.#maxInFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#leave();
    });
  }

  async #leave(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#maxItems);
    this.#inFlight += 1;
    this.#schedule();
    try {
      const outcomes = await this.#run(
        batch.map((one) => one.item),
        batchCall(batch),
      );
      for (const [index, one] of batch.entries()) one.resolve(present(outcomes[index]));
    } catch (error) {
      for (const one of batch) one.reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#schedule();
    }
  }
}

/** The latest deadline; no single caller's leaving aborts the others. */
function batchCall(batch: readonly { readonly call: Call }[]): Call {
  const [first] = batch;
  if (first !== undefined && batch.length === 1) return first.call;
  const deadline = Math.max(...batch.map((one) => one.call.deadline));
  const controller = new AbortController();
  return { deadline, requestId: first?.call.requestId ?? '', signal: controller.signal };
}

function present<O>(outcome: O | undefined): O {
  if (outcome !== undefined) return outcome;
  throw new ServiceError('INTERNAL_ERROR', 'a batch answered fewer outcomes than it has items');
}
