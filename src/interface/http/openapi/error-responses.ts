import { type ErrorCode, errorStatus } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import type { EndpointDescription } from '../endpoint.ts';

export const rateHeaders = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
];

/** The errors that an endpoint answers with one status; operations share the descriptions of equal groups. */
export interface ErrorGroup {
  readonly status: number;
  /** In `components.responses`. */
  readonly name: string;
  readonly codes: readonly ErrorCode[];
  readonly limited: boolean;
}

/** The errors of an endpoint, its own and those of its kind, grouped by status. */
export function errorGroupsOf(endpoint: EndpointDescription): readonly ErrorGroup[] {
  const limited = endpoint.limited !== false;
  const byStatus = Map.groupBy(errorsOf(endpoint), (code) => errorStatus[code]);
  return [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, codes]) => ({ status, codes, limited, name: nameOf(codes, limited) }));
}

function errorsOf({ role, body, database, limited, errors }: EndpointDescription): readonly ErrorCode[] {
  const codes: readonly (readonly [boolean, readonly ErrorCode[]])[] = [
    [true, ['INVALID_REQUEST', 'INTERNAL_ERROR']],
    [true, errors],
    [role !== 'public', ['UNAUTHENTICATED', 'PERMISSION_DENIED']],
    [body !== undefined, ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']],
    [limited !== false, ['RATE_LIMIT_EXCEEDED']],
    [database !== false, ['DATABASE_ERROR', 'CONNECTION_ERROR', 'QUERY_TIMEOUT']],
  ];
  return [...new Set(codes.flatMap(([applies, listed]) => (applies ? listed : [])))];
}

/** `InvalidRequest_ValidationError` */
function nameOf(codes: readonly ErrorCode[], limited: boolean): string {
  const words = codes.map((code) =>
    code
      .split('_')
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join(''),
  );
  return [...words, ...(limited ? [] : ['Unlimited'])].join('_');
}

/** `components.responses`: one for each different group. */
export function sharedResponses(endpoints: readonly EndpointDescription[]): JsonObject {
  return Object.fromEntries(
    endpoints.flatMap(errorGroupsOf).map((group) => [group.name, errorResponse(group)]),
  );
}

function errorResponse({ codes, limited }: ErrorGroup): JsonObject {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: headerReferences(errorHeaders(codes, limited)),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

function errorHeaders(codes: readonly ErrorCode[], limited: boolean): readonly string[] {
  const retry = codes.some((code) => code === 'RATE_LIMIT_EXCEEDED' || code === 'CONNECTION_ERROR');
  return [
    'X-Request-Id',
    ...(limited ? rateHeaders : []),
    ...(retry ? ['Retry-After'] : []),
    ...(codes.includes('UNAUTHENTICATED') ? ['WWW-Authenticate'] : []),
  ];
}

/** Headers of an answer by reference to `components.headers`. */
export function headerReferences(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
