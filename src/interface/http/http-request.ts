import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { Principal } from '../../application/ports/authenticator.ts';
import { invalidRequest } from '../../domain/errors.ts';
import type { OpenRequests } from './open-requests.ts';
import { readNodeBody, readWebBody } from './read-body.ts';
import { type Client, RequestCall } from './request-call.ts';

/** What a host gives beside the request: Node's own objects, or the event that woke a Lambda. */
export interface HostBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
  readonly event?: LambdaEvent;
}
export interface LambdaEvent {
  readonly requestContext?: {
    readonly http?: { readonly sourceIp?: string };
    readonly identity?: { readonly sourceIp?: string };
  };
}
export interface HostEnvironment {
  Bindings: HostBindings;
}

const saneRequestId = /^[A-Za-z0-9._:~/+=-]{1,128}$/;
const digits = /^[0-9]{1,15}$/;

/**
 * One request as the endpoints see it. On Node it reads the server's own objects, elsewhere the Web `Request`; nothing
 * is converted or parsed before somebody asks.
 */
export class HttpRequest implements Client {
  readonly method: string;
  /** As it was sent, not decoded. */
  readonly path: string;
  readonly id: string;
  /** From `performance.now()`. */
  readonly startedAt = performance.now();
  /** Who asks; set once the request is authenticated. */
  principal: Principal | undefined;
  readonly #context: Context<HostEnvironment>;

  constructor(context: Context<HostEnvironment>) {
    this.#context = context;
    this.method = context.req.raw.method;
    this.path = context.req.path;
    const given = this.header('x-request-id');
    this.id = given !== undefined && saneRequestId.test(given) ? given : newRequestId();
  }

  /** @param name in lower case. */
  header(name: string): string | undefined {
    const { incoming } = this.#host;
    if (incoming === undefined) return this.#context.req.raw.headers.get(name) ?? undefined;
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Without the question mark. */
  get queryString(): string {
    const target = requestTarget(this.#context.req.raw, this.#host);
    const mark = target.indexOf('?');
    return mark === -1 ? '' : target.slice(mark + 1);
  }

  /** Whether the host can send an answer that has no end; Lambda collects each before it sends it. */
  get canStream(): boolean {
    return this.#host.event === undefined;
  }

  readBody(maxBytes: number): Promise<string> {
    const { incoming, outgoing } = this.#host;
    return incoming === undefined
      ? readWebBody(this.#context.req.raw.body, maxBytes)
      : readNodeBody(incoming, outgoing, maxBytes);
  }

  /** @param trustProxy whether the last `X-Forwarded-For` address was set by a proxy of ours. */
  clientAddress(trustProxy: boolean): string {
    const forwarded = trustProxy ? this.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
    if (forwarded !== undefined && forwarded !== '') return forwarded;
    const { incoming, event } = this.#host;
    const context = event?.requestContext;
    return incoming?.socket?.remoteAddress ?? context?.http?.sourceIp ?? context?.identity?.sourceIp ?? '';
  }

  /** The call of this request: `X-Request-Timeout-Ms` up to the greatest that is allowed. */
  call(open: OpenRequests, now: number, defaultMs: number, maxMs: number): RequestCall {
    const asked = this.header('x-request-timeout-ms');
    if (asked === undefined) return new RequestCall(this.id, now + defaultMs, this, open);
    if (!digits.test(asked) || Number(asked) < 1)
      throw invalidRequest('a number of milliseconds ≥ 1', 'X-Request-Timeout-Ms');
    return new RequestCall(this.id, now + Math.min(Number(asked), maxMs), this, open);
  }

  /** A call without an end of its own, for streams that last as long as the client listens. */
  endlessCall(open: OpenRequests): RequestCall {
    return new RequestCall(this.id, Number.POSITIVE_INFINITY, this, open);
  }

  get gone(): boolean {
    const { outgoing } = this.#host;
    if (outgoing !== undefined) return outgoing.destroyed && !outgoing.writableFinished;
    return this.#context.req.raw.signal.aborted;
  }

  // Hono's `env` is undefined when a test calls `app.request` without one.
  get #host(): HostBindings {
    return this.#context.env ?? {};
  }
}

const processId = randomBytes(12).toString('hex');
let requests = 0;

/** Unique without asking for random bytes each time: 96 random bits for the process, then a counter. */
function newRequestId(): string {
  requests += 1;
  return `${processId}-${requests.toString(36)}`;
}

/** Path and query as they were sent. The URL of a Web `Request` has `%2e%2e` resolved and is dearer to make. */
export function requestTarget(request: Request, host: HostBindings | undefined): string {
  const sent = host?.incoming?.url;
  if (sent?.startsWith('/')) return sent;
  const { url } = request;
  const afterScheme = url.indexOf('//') + 2;
  const path = url.indexOf('/', afterScheme);
  return path === -1 ? '/' : url.slice(path);
}

/** Hono's `getPath`: the path alone, not decoded. */
export function requestPath(request: Request, host: HostBindings | undefined): string {
  const target = requestTarget(request, host);
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}
