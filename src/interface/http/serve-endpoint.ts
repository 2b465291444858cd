import type { Context } from 'hono';
import type { RateLimiter } from '../../application/ports/rate-limiter.ts';
import type { Answer } from './answer.ts';
import type { HttpDependencies } from './dependencies.ts';
import type { MountedEndpoint } from './endpoint.ts';
import { errorAnswer, toServiceError } from './error-response.ts';
import { Exchange } from './exchange.ts';
import { type HostEnvironment, HttpRequest } from './http-request.ts';
import { authenticate, authorize } from './middleware/authenticate.ts';
import { limitRate } from './middleware/limit-rate.ts';
import type { OpenRequests } from './open-requests.ts';
import { recordExchange } from './record-exchange.ts';
import { respond } from './respond.ts';

/**
 * The one handler of a route: what other services do in a chain of middleware happens here in one function, because
 * every link of a chain costs each request. Always answers; never rejects.
 */
export function serveEndpoint(
  endpoint: MountedEndpoint,
  service: HttpDependencies,
  open: OpenRequests,
): (context: Context<HostEnvironment>) => Promise<Response> {
  return async (context) => {
    const exchange = new Exchange(new HttpRequest(context), endpoint, service, open);
    let answer: Answer;
    let failure: unknown;
    try {
      answer = await exchange.untilOverdue(() => admit(exchange), dropLate);
    } catch (error) {
      failure = toServiceError(error);
      answer = errorAnswer(toServiceError(failure), exchange.request.id);
    }
    if (!(answer.body instanceof ReadableStream)) exchange.end();
    else if (exchange.request.method === 'HEAD') answer = withoutStream(answer, answer.body);
    recordExchange(exchange, answer.status, failure);
    return respond(exchange, answer);
  };
}

/** The client has its answer already. */
function dropLate({ body }: Answer): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => undefined);
}

/** Hono drops the body of a HEAD answer without cancelling it; a stream of changes would run on. */
function withoutStream(answer: Answer, stream: ReadableStream<Uint8Array>): Answer {
  stream.cancel().catch(() => undefined);
  return { ...answer, body: null };
}

/** Without guards, nothing is awaited on the way to the endpoint. */
function admit(exchange: Exchange): Answer | Promise<Answer> {
  const { service, endpoint } = exchange;
  const limiter = endpoint.limited === false ? undefined : service.rateLimiter;
  if (service.authenticator === undefined && limiter === undefined) return endpoint.run(exchange);
  return admitGuarded(exchange, limiter);
}

async function admitGuarded(exchange: Exchange, limiter: RateLimiter | undefined): Promise<Answer> {
  const { service, endpoint } = exchange;
  if (service.authenticator !== undefined) {
    try {
      await authenticate(exchange);
    } catch (error) {
      // Guessing keys is limited by address.
      if (limiter !== undefined) await limitRate(exchange, limiter);
      throw error;
    }
  }
  if (limiter !== undefined) await limitRate(exchange, limiter);
  authorize(exchange);
  return endpoint.run(exchange);
}
