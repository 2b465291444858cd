import { errors } from '@elastic/elasticsearch';
import { ServiceError } from '../../../domain/errors.ts';

/** An error as Elasticsearch writes it: of a whole answer, or of one item of a bulk. */
export interface ErrorCause {
  readonly type: string;
  readonly reason?: string;
  readonly root_cause?: readonly ErrorCause[];
}

/** The error of an answer, when it is one of Elasticsearch's own. */
export function causeOf(error: unknown): ErrorCause | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  const body: unknown = error.body;
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const cause: unknown = body.error;
  return isCause(cause) ? cause : undefined;
}

function isCause(value: unknown): value is ErrorCause {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

/** A queue of the cluster is full, or a breaker of its memory is open: worth trying again a little later. */
export function isOverload(error: unknown): boolean {
  return statusOf(error) === 429;
}

/** What an error means to the caller; the only place where that is decided. The server's own text stays in `cause`. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const status = statusOf(error);
  if (status !== undefined) return fromStatus(status, causeOf(error), error);
  if (error instanceof errors.TimeoutError)
    return new ServiceError('QUERY_TIMEOUT', 'Elasticsearch did not answer in time', {}, error);
  if (error instanceof errors.ElasticsearchClientError && !(error instanceof errors.DeserializationError))
    return new ServiceError('CONNECTION_ERROR', 'Elasticsearch cannot be reached', {}, error);
  return new ServiceError('DATABASE_ERROR', 'Elasticsearch failed to answer', {}, error);
}

/** A node has gone or comes back, and with it some shards. */
const unavailable =
  /^(no_shard_available_action|unavailable_shards|node_closed|node_not_connected|node_disconnected|index_shard_not_started|shard_not_found)_exception$/;
const tooLarge = /nested depth|too many clauses|max_clause_count|too_many_nested_clauses/i;

/** The error of one item of a bulk. */
export function itemError(status: number, cause: ErrorCause): ServiceError {
  return fromStatus(status, cause, new Error(`${cause.type}: ${cause.reason ?? ''}`));
}

/** https://www.elastic.co/guide/en/elasticsearch/reference/8.19/api-conventions.html */
function fromStatus(status: number, reported: ErrorCause | undefined, error: unknown): ServiceError {
  const type = reported?.root_cause?.[0]?.type ?? reported?.type ?? `status ${status}`;
  const details = { elasticsearch_error: type };
  const make = (code: ServiceError['code'], message: string) =>
    new ServiceError(code, message, details, error);
  if (status === 401) return make('CONNECTION_ERROR', 'Elasticsearch does not accept our credentials');
  if (status === 403)
    return type === 'cluster_block_exception'
      ? make('CONNECTION_ERROR', 'Elasticsearch takes no writes at the moment')
      : make('DATABASE_ERROR', 'Elasticsearch does not let us do this');
  if (status === 408 || status === 504) return make('QUERY_TIMEOUT', 'Elasticsearch did not answer in time');
  if (status === 413) return make('PAYLOAD_TOO_LARGE', 'the document is larger than Elasticsearch takes');
  if (status === 429) return make('CONNECTION_ERROR', 'Elasticsearch is overloaded');
  if (status === 502 || status === 503 || unavailable.test(type))
    return make('CONNECTION_ERROR', 'Elasticsearch is not available');
  if (status === 400 && tooLarge.test(`${reported?.reason ?? ''} ${reported?.root_cause?.[0]?.reason ?? ''}`))
    return make('QUERY_TOO_EXPENSIVE', 'the filter has more levels or conditions than Elasticsearch takes');
  return make('DATABASE_ERROR', `Elasticsearch failed: ${type}`);
}
