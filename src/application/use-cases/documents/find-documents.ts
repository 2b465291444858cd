import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import type { Json } from '../../../domain/value/value.ts';
import { withTieBreak } from '../../planning/plan-find.ts';
import type { Explanation, FindQuery } from '../../ports/document-repository.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type FindInput, type FindRequest, parseFindRequest } from './find-request.ts';
import { type ProjectedDocument, projectorOf, whole } from './project-document.ts';

export interface Page {
  readonly documents: readonly ProjectedDocument[];
  readonly pagination: Pagination;
}
export interface Pagination {
  /** Exact; absent when the caller did not want it counted. */
  readonly total?: number;
  readonly limit: number;
  readonly offset: number;
  readonly has_more: boolean;
  /** Keyset paging, while there is more. */
  readonly next_cursor?: string;
}

export interface PageInput extends FindInput {
  /** Whether to count all documents that match. */
  readonly count: boolean;
  /** Characters; by default as long as a body may carry. */
  readonly maxCursorLength?: number;
}

/** One page of the documents that match, by offset or by cursor. */
export async function findPage(
  context: UseCaseContext,
  input: PageInput,
  cursorKey: Uint8Array,
): Promise<Page> {
  const request = parseFindRequest(context, input);
  const { limit, offset } = request;
  // One more than asked tells whether there is more.
  const query = { ...findQuery(context, request, input, cursorKey), limit: limit + 1 };
  const found = await Array.fromAsync(context.repository.find(request.collection, query, context.call));
  const page = found.slice(0, limit);
  const more = found.length > limit;
  const last = more && input.cursor !== undefined ? page.at(-1) : undefined;
  const total = input.count ? await totalOf(context, request, input, found.length) : undefined;
  return {
    documents: page.map(projector(context, request)),
    pagination: {
      ...(total !== undefined && { total }),
      limit,
      offset,
      has_more: more,
      ...(last !== undefined && { next_cursor: nextCursor(context, request, input, last, cursorKey) }),
    },
  };
}

/** The same documents one by one, for answers that are written while they are read. */
export async function* streamDocuments(
  context: UseCaseContext,
  input: FindInput,
  cursorKey: Uint8Array,
): AsyncIterable<ProjectedDocument> {
  const request = parseFindRequest(context, input);
  const project = projector(context, request);
  const query = findQuery(context, request, input, cursorKey);
  for await (const document of context.repository.find(request.collection, query, context.call))
    yield project(document);
}

/** How the query would run. */
export async function explainFind(
  context: UseCaseContext,
  input: FindInput,
  cursorKey: Uint8Array,
): Promise<Explanation> {
  const request = parseFindRequest(context, input);
  const query = findQuery(context, request, input, cursorKey);
  return context.repository.explainFind(request.collection, query, context.call);
}

function findQuery(
  context: UseCaseContext,
  request: FindRequest,
  input: FindInput,
  cursorKey: Uint8Array,
): FindQuery {
  const { filter, sort, offset, limit, projection } = request;
  const after =
    input.cursor === undefined || input.cursor === ''
      ? undefined
      : decodeCursor(input.cursor, signedQuery(context, request, input), cursorKey);
  // Keyset paging needs an order that a key can stand in: the natural one has none.
  const order = input.cursor === undefined ? sort : withTieBreak(sort);
  return { filter, sort: order, skip: offset, limit, after, projection };
}

function nextCursor(
  context: UseCaseContext,
  request: FindRequest,
  input: PageInput,
  last: Document,
  cursorKey: Uint8Array,
): string {
  const key = sortKey(flatView(last), withTieBreak(request.sort));
  return encodeCursor(key, signedQuery(context, request, input), cursorKey, input.maxCursorLength);
}

/** What a cursor is bound to. */
function signedQuery({ repository }: UseCaseContext, request: FindRequest, input: FindInput): Json {
  const order = withTieBreak(request.sort).map(({ path, direction }): Json => [path, direction]);
  return [repository.database, request.collection, input.filter ?? {}, order, input.collation ?? null];
}

/** A page that ends before its limit has already counted everything. */
async function totalOf(
  { repository, call }: UseCaseContext,
  request: FindRequest,
  input: FindInput,
  found: number,
): Promise<number> {
  const fromStart = input.cursor === undefined || input.cursor === '';
  const complete = found <= request.limit && (found > 0 || request.offset === 0);
  if (fromStart && complete) return request.offset + found;
  return repository.count(request.collection, request.filter, call);
}

function projector(context: UseCaseContext, request: FindRequest) {
  return request.projection === undefined ? whole : projectorOf(request.projection, request.filter, context);
}
