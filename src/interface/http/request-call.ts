import type { Call } from '../../application/ports/call.ts';
import { ServiceError } from '../../domain/errors.ts';

/** Registers what to do when the client goes away; answers how to take that back. */
export type OnDisconnect = (gone: () => void) => () => void;

/**
 * The call of one request. Its signal, with the timer and the listener behind it, comes to be when somebody asks for
 * it: most point reads end before anybody does.
 */
export class RequestCall implements Call {
  readonly requestId: string;
  readonly deadline: number;
  readonly #onDisconnect: OnDisconnect;
  #controller: AbortController | undefined;
  #release: (() => void) | undefined;
  #ended = false;

  /** @param deadline milliseconds since the epoch; Infinity for streams without an end. */
  constructor(requestId: string, deadline: number, onDisconnect: OnDisconnect) {
    this.requestId = requestId;
    this.deadline = deadline;
    this.#onDisconnect = onDisconnect;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#arm();
    return this.#controller.signal;
  }

  /** The same caller with less time. */
  within(milliseconds: number, now: number): RequestCall {
    return new RequestCall(this.requestId, Math.min(this.deadline, now + milliseconds), this.#onDisconnect);
  }

  abort(reason: ServiceError): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  /** Frees the timer and the listener; the answer is on its way. */
  end(): void {
    this.#ended = true;
    this.#release?.();
    this.#release = undefined;
  }

  #arm(): AbortController {
    const controller = new AbortController();
    if (this.#ended) return controller;
    const forget = this.#onDisconnect(() => controller.abort(clientGone()));
    const timer = Number.isFinite(this.deadline)
      ? setTimeout(() => controller.abort(timedOut()), Math.max(0, this.deadline - Date.now()))
      : undefined;
    this.#release = () => {
      forget();
      clearTimeout(timer);
    };
    return controller;
  }
}

export function timedOut(): ServiceError {
  return new ServiceError('QUERY_TIMEOUT', 'the request took longer than it may');
}

/** Nobody reads this answer; the code only has to keep it out of the service's own failures. */
function clientGone(): ServiceError {
  return new ServiceError('INVALID_REQUEST', 'the client closed the connection');
}
