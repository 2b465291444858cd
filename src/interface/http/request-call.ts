import type { Call } from '../../application/ports/call.ts';
import { ServiceError } from '../../domain/errors.ts';
import type { OpenRequests, Watched } from './open-requests.ts';

/** Who waits for the answer. */
export interface Client {
  /** The connection is closed, and the answer was not sent to its end. */
  readonly gone: boolean;
}

/**
 * The call of one request. Its signal comes to be when somebody asks for it, and is watched from then on: most point
 * reads end before anybody does.
 */
export class RequestCall implements Call, Watched {
  readonly requestId: string;
  readonly deadline: number;
  readonly #client: Client;
  readonly #open: OpenRequests;
  #controller: AbortController | undefined;
  #place: number | undefined;
  #ended = false;

  /** @param deadline milliseconds since the epoch; Infinity for streams without an end. */
  constructor(requestId: string, deadline: number, client: Client, open: OpenRequests) {
    this.requestId = requestId;
    this.deadline = deadline;
    this.#client = client;
    this.#open = open;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#arm();
    return this.#controller.signal;
  }

  /** The same caller with less time; there is no need to end it. */
  within(milliseconds: number, now: number): RequestCall {
    const deadline = Math.min(this.deadline, now + milliseconds);
    return new RequestCall(this.requestId, deadline, this.#client, this.#open);
  }

  abort(reason: Error): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  isOver(now: number): boolean {
    if (now >= this.deadline) this.abort(timedOut());
    else if (this.#client.gone) this.abort(clientGone());
    else return false;
    return true;
  }

  /** The answer is on its way: nobody looks after the call any longer. */
  end(): void {
    this.#ended = true;
    if (this.#place !== undefined) this.#open.remove(this.#place, this);
    this.#place = undefined;
  }

  #arm(): AbortController {
    if (!this.#ended) this.#place = this.#open.add(this);
    return new AbortController();
  }
}

export function timedOut(): ServiceError {
  return new ServiceError('QUERY_TIMEOUT', 'the request took longer than it may');
}

/** Nobody reads this answer; the code only has to keep it out of the service's own failures. */
function clientGone(): ServiceError {
  return new ServiceError('INVALID_REQUEST', 'the client closed the connection');
}
