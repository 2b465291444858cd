import { Client, type ClientOptions } from '@elastic/elasticsearch';
import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { isOverload, statusOf, toServiceError } from './elasticsearch-errors.ts';
import type { ElasticsearchAuth, ElasticsearchOptions } from './elasticsearch-options.ts';

/** One request in Elasticsearch's own words. */
export interface NativeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object | string;
  /** Lines of JSON, each ending in a line feed, in place of a body. */
  readonly lines?: string;
  /** May be sent twice without harm: after a lost connection another node is asked. */
  readonly repeatable: boolean;
}

/** No request of ours runs longer; each has a deadline of its own besides. */
const longestRequestMs = 600_000;
/** How long credentials may take to prove themselves. */
const longestProofMs = 10_000;
const overloadAttempts = 8;
const defaultConnections = 20;

/** The client of all nodes: bounded connections, patience with an overloaded cluster, credentials that can change. */
export class ElasticsearchConnection {
  readonly #options: ElasticsearchOptions;
  #client: Client;
  #active = 0;

  constructor(options: ElasticsearchOptions) {
    this.#options = options;
    this.#client = new Client(clientOptions(options, options.auth));
  }

  /**
   * Goes over to other credentials once they work; what runs on the old ones may finish.
   * @throws CONNECTION_ERROR when the cluster does not accept them, else what `toServiceError` makes of the failure: the
   * old ones stay.
   */
  async reconnect(auth: ElasticsearchAuth): Promise<void> {
    const next = new Client(clientOptions(this.#options, auth));
    try {
      await next.transport.request({ method: 'GET', path: '/' }, { requestTimeout: longestProofMs });
    } catch (error) {
      await next.close();
      const status = statusOf(error);
      if (status !== 401 && status !== 403) throw toServiceError(error);
      const message = 'Elasticsearch does not accept these credentials';
      throw new ServiceError('CONNECTION_ERROR', message, {}, error);
    }
    const retired = this.#client;
    this.#client = next;
    setTimeout(() => void retired.close().catch(() => undefined), 30_000).unref();
  }

  counts(): { readonly active: number; readonly idle: number; readonly max: number } {
    const max = (this.#options.connections ?? defaultConnections) * this.#options.addresses.length;
    const active = Math.min(this.#active, max);
    return { active, idle: max - active, max };
  }

  /**
   * @typeParam T what Elasticsearch's reference says it answers.
   * @throws what `toServiceError` makes of the failure.
   */
  async request<T>(request: NativeRequest, call: Call): Promise<T> {
    try {
      return await this.send<T>(request, call);
    } catch (error) {
      throw toServiceError(error);
    }
  }

  /** As `request`, but the failure is the client's own, for callers that tell some from others. */
  async send<T>(request: NativeRequest, call: Call): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once<T>(request, call);
      } catch (error) {
        if (!isOverload(error) || attempt === overloadAttempts) throw error;
        await pause(attempt, call);
      }
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #once<T>(request: NativeRequest, call: Call): Promise<T> {
    const { method, path, query, body, lines, repeatable } = request;
    if (call.signal.aborted || Date.now() >= call.deadline) throw abortReason(call);
    // The client fires `abort` at the signal it is given when its own timer is up, so each request gets its own.
    const controller = new AbortController();
    const abort = () => controller.abort();
    call.signal.addEventListener('abort', abort);
    const timer = setTimeout(abort, Math.max(0, call.deadline - Date.now()));
    this.#active += 1;
    try {
      const answer: unknown = await this.#client.transport.request(
        {
          method,
          path,
          ...(query && { querystring: { ...query } }),
          ...(body !== undefined && { body: typeof body === 'string' ? body : { ...body } }),
          ...(lines !== undefined && { bulkBody: lines }),
        },
        {
          signal: controller.signal,
          maxRetries: repeatable ? 3 : 0,
          retryBackoff: secondsBeforeRetry,
          openTelemetry: { enabled: false },
        },
      );
      return answer as T;
    } catch (error) {
      throw controller.signal.aborted ? abortReason(call) : error;
    } finally {
      this.#active -= 1;
      clearTimeout(timer);
      call.signal.removeEventListener('abort', abort);
    }
  }
}

/** Before a lost connection's node is asked again. The client's own are as long as a caller would wait. */
function secondsBeforeRetry(_least: number, _most: number, attempt: number): number {
  return Math.random() * 0.05 * 2 ** attempt;
}

function abortReason(call: Call): ServiceError {
  const reason: unknown = call.signal.reason;
  if (reason instanceof ServiceError) return reason;
  if (Date.now() >= call.deadline) return new ServiceError('QUERY_TIMEOUT', 'the request took too long');
  return new ServiceError('CONNECTION_ERROR', 'the request was given up', {}, reason);
}

function clientOptions(options: ElasticsearchOptions, auth: ElasticsearchAuth | undefined): ClientOptions {
  const { tls } = options;
  return {
    nodes: [...options.addresses],
    requestTimeout: longestRequestMs,
    agent: { connections: options.connections ?? defaultConnections },
    // A document may have any key; ours are read with `Object.hasOwn`.
    disablePrototypePoisoningProtection: true,
    ...(auth && { auth: { ...auth } }),
    ...(tls && {
      tls: {
        ...(tls.verify !== undefined && { rejectUnauthorized: tls.verify }),
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
  };
}
