import type { z } from 'zod';
import { invalidRequest, ServiceError } from '../../domain/errors.ts';
import type { Answer } from './answer.ts';
import type { EndpointInput, EndpointSpec } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { answerOnce } from './middleware/answer-once.ts';
import { parseBody } from './parse-body.ts';
import { parseQueryString } from './parse-query-string.ts';
import { parseWith } from './parse-with.ts';

type Handle<Body, Query> = (input: EndpointInput<Body, Query>) => Answer | Promise<Answer>;

/** Reads and checks query and body of one endpoint's requests, then handles them, once per `Idempotency-Key`. */
export function readInput<Body, Query>(
  spec: EndpointSpec<Body, Query>,
): (exchange: Exchange, handle: Handle<Body, Query>) => Answer | Promise<Answer> {
  const readQuery = queryReader(spec.query);
  const readBody = bodyReader(spec.body);
  const onceable = spec.method === 'post' || spec.method === 'put';
  const handleText = (exchange: Exchange, text: string, handle: Handle<Body, Query>) => {
    const query = readQuery(exchange);
    const body = readBody(text);
    if (onceable && exchange.request.header('idempotency-key') !== undefined)
      return answerOnce(exchange, text, () => handle({ exchange, query, body }));
    return handle({ exchange, query, body });
  };
  if (spec.body === undefined) return (exchange, handle) => handleText(exchange, '', handle);
  return async (exchange, handle) => handleText(exchange, await readText(exchange), handle);
}

function queryReader<Query>(schema: z.ZodType<Query> | undefined): (exchange: Exchange) => Query {
  // An endpoint without a schema declares no query: its handler's type is undefined.
  if (schema === undefined) return rejectAnyQuery as (exchange: Exchange) => Query;
  let absent: Query | undefined;
  return ({ request }) => {
    const { queryString } = request;
    if (queryString !== '') return parseWith(schema, parseQueryString(queryString), 'query');
    absent ??= parseWith(schema, {}, 'query');
    return absent;
  };
}

function rejectAnyQuery({ request }: Exchange): undefined {
  const [unknown] = Object.keys(request.queryString === '' ? {} : parseQueryString(request.queryString));
  if (unknown !== undefined) throw invalidRequest('no such parameter', unknown);
  return undefined;
}

function bodyReader<Body>(schema: z.ZodType<Body> | undefined): (text: string) => Body {
  if (schema === undefined) return (() => undefined) as () => Body;
  return (text) => parseWith(schema, parseBody(text), 'body');
}

async function readText(exchange: Exchange): Promise<string> {
  const { request, service } = exchange;
  checkMediaType(request.header('content-type'), request.header('content-encoding'));
  const text = await request.readBody(service.limits.maxBodyBytes);
  if (text !== '' && request.header('content-type') === undefined)
    throw unsupportedMediaType('the body needs Content-Type: application/json');
  return text;
}

const jsonMediaType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i;

function checkMediaType(contentType: string | undefined, encoding: string | undefined): void {
  if (contentType !== undefined && contentType !== 'application/json' && !jsonMediaType.test(contentType))
    throw unsupportedMediaType('the body has to be application/json in UTF-8');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw unsupportedMediaType('the body has to come without a Content-Encoding');
}

function unsupportedMediaType(message: string): ServiceError {
  return new ServiceError('UNSUPPORTED_MEDIA_TYPE', message, { supported: ['application/json'] });
}
