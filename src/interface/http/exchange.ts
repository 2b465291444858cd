import type { RateLimitDecision } from '../../application/ports/rate-limiter.ts';
import type { UseCaseContext } from '../../application/use-cases/use-case-context.ts';
import type { DatabaseType } from '../../domain/database-type.ts';
import type { HttpDependencies } from './dependencies.ts';
import type { MountedEndpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { chooseDatabase } from './middleware/choose-database.ts';
import type { OpenRequests } from './open-requests.ts';
import { decodeSegment } from './parse-query-string.ts';
import type { RequestCall } from './request-call.ts';

/** One request on its way through one endpoint. */
export class Exchange {
  readonly request: HttpRequest;
  readonly endpoint: MountedEndpoint;
  readonly service: HttpDependencies;
  /** For the answer's headers; set when the request was counted. */
  rate: RateLimitDecision | undefined;
  readonly #open: OpenRequests;
  #call: RequestCall | undefined;
  #database: DatabaseType | undefined;

  constructor(
    request: HttpRequest,
    endpoint: MountedEndpoint,
    service: HttpDependencies,
    open: OpenRequests,
  ) {
    this.request = request;
    this.endpoint = endpoint;
    this.service = service;
    this.#open = open;
  }

  /** The decoded segment that stands for `{name}` in the endpoint's path. */
  param(name: string): string {
    return decodeSegment(segmentAt(this.request.path, this.endpoint.segments.get(name) ?? 0), name);
  }

  get call(): RequestCall {
    const { clock, limits } = this.service;
    this.#call ??= this.endpoint.endless
      ? this.request.endlessCall(this.#open)
      : this.request.call(this.#open, clock.now(), limits.requestTimeoutMs, limits.maxRequestTimeoutMs);
    return this.#call;
  }

  /** `X-Database-Type`, else the configured default. */
  get database(): DatabaseType {
    this.#database ??= chooseDatabase(this.request.header('x-database-type'), this.service.databases);
    return this.#database;
  }

  async context(): Promise<UseCaseContext> {
    const { databases, clock } = this.service;
    return { repository: await databases.repository(this.database), call: this.call, clock };
  }

  /** Settles as `run` does, or rejects with QUERY_TIMEOUT when the request's time is over; `late` gets what comes then. */
  async untilOverdue<T>(run: () => T | Promise<T>, late?: (value: T) => void): Promise<T> {
    // First, since the caller's deadline may be refused.
    const { call } = this;
    const running = run();
    return running instanceof Promise ? this.#open.settle(call, running, late) : running;
  }

  /** The answer is out: nothing of the request may hold resources any longer. */
  end(): void {
    this.#call?.end();
  }
}

/** The segment after the `position`-th slash. */
function segmentAt(path: string, position: number): string {
  let start = 0;
  for (let i = 0; i < position; i++) start = path.indexOf('/', start) + 1;
  const end = path.indexOf('/', start);
  return end === -1 ? path.slice(start) : path.slice(start, end);
}
