import type { z } from 'zod';
import type { Role } from '../../application/ports/authenticator.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Json } from '../../domain/value/value.ts';
import type { Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { readInput } from './read-input.ts';

export const apiPrefix = '/api/v1';

/** What an endpoint is to the OpenAPI document; the schemas are the very ones that validate. */
export interface EndpointDescription {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below the base path, parameters in braces. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** Who may call it when authentication is on; `public`: anybody. */
  readonly role: Role | 'public';
  /** Where else it answers: at the root, without `/api/v1` (`both`), or only there (`only`). */
  readonly root?: 'both' | 'only';
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly bodyExamples?: Readonly<Record<string, Json>>;
  readonly answer: AnswerDescription;
  /** Headers of the request beside those that every endpoint takes. */
  readonly requestHeaders?: readonly string[];
  /** Other media types of the success. */
  readonly otherContentTypes?: readonly string[];
  /** Answers beside the success and the errors, by status. */
  readonly otherAnswers?: Readonly<Record<number, string>>;
  /** Beside the errors that every endpoint of its kind has. */
  readonly errors: readonly ErrorCode[];
  /** False: it touches no database (and takes no `X-Database-Type`). */
  readonly database?: boolean;
  /** Also streams newline-delimited JSON on `Accept: application/x-ndjson`. */
  readonly ndjson?: boolean;
  /** Lasts until the client goes away: no deadline. */
  readonly endless?: boolean;
  /** False: not counted by the rate limit (probes). */
  readonly limited?: boolean;
}

export interface AnswerDescription {
  readonly status: 200 | 201;
  readonly description: string;
  /** The schema of `data`; undefined where the answer is no envelope. */
  readonly data?: z.ZodType;
  readonly example?: Json;
  /** Message-only answers: `data` is null. */
  readonly message?: string;
  /** Instead of the envelope. */
  readonly contentType?: string;
  readonly headers?: readonly string[];
  /** Operations that take values of `data`: operation id → its parameter → the field of `data`. */
  readonly links?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface EndpointInput<Body, Query> {
  readonly exchange: Exchange;
  readonly body: Body;
  readonly query: Query;
}

export interface EndpointSpec<Body, Query> extends EndpointDescription {
  readonly body?: z.ZodType<Body>;
  readonly query?: z.ZodType<Query>;
  readonly handle: (input: EndpointInput<Body, Query>) => Answer | Promise<Answer>;
}

/** An endpoint with the types of its input closed over. */
export interface Endpoint extends EndpointDescription {
  readonly run: (exchange: Exchange) => Answer | Promise<Answer>;
}

/** An endpoint at the place where it answers. */
export interface MountedEndpoint extends Endpoint {
  /** Where each parameter stands: the number of slashes before it. */
  readonly segments: ReadonlyMap<string, number>;
}

/** @param prefix the base path, or nothing at the root. */
export function mountEndpoint(endpoint: Endpoint, prefix: string): MountedEndpoint {
  const names = `${prefix}${endpoint.path}`.split('/');
  const parameters = names.flatMap((segment, position) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    return name === undefined ? [] : [[name, position] as const];
  });
  return { ...endpoint, segments: new Map(parameters) };
}

export function defineEndpoint<Body = undefined, Query = undefined>(
  spec: EndpointSpec<Body, Query>,
): Endpoint {
  const { handle, ...description } = spec;
  const read = readInput(spec);
  return { ...description, run: (exchange) => read(exchange, handle) };
}
