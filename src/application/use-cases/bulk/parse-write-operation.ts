import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import { parseDocumentData, parseMetadata } from '../../../domain/document/document-data.ts';
import { parseDocumentId } from '../../../domain/document/document-id.ts';
import type { Change } from '../../../domain/document/modification.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { Target, WriteOperation } from '../../ports/document-repository.ts';
import { parseUpdate } from '../../query-language/parse-update.ts';
import { buildDocument, type DocumentInput } from '../documents/build-document.ts';
import { documentLimitsOf } from '../documents/document-limits-of.ts';
import { parseCollatedFilter } from '../documents/parse-collated-filter.ts';
import { queryOptions } from '../documents/query-options.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { confirmEverything } from './confirm-everything.ts';

/** One operation of `bulk/write` or of a transaction, as the caller gives it. */
export interface WriteInput {
  readonly type: 'insert' | 'update' | 'delete' | 'replace' | 'upsert';
  readonly collection: unknown;
  readonly id?: unknown;
  readonly filter?: Json | undefined;
  readonly collation?: Json | undefined;
  readonly document?: DocumentInput | undefined;
  readonly update?: Json | undefined;
  readonly array_filters?: Json | undefined;
  readonly version?: number | undefined;
  readonly upsert?: boolean | undefined;
  readonly many?: boolean | undefined;
  /** Whether a `delete` of `many` without a condition is meant. */
  readonly all?: boolean | undefined;
  readonly expect?: { readonly matched: number } | undefined;
  readonly optional?: boolean | undefined;
}

/** @param path where the operation stands in the request: `operations[3]`. */
export function parseWriteOperation(
  context: UseCaseContext,
  input: WriteInput,
  path: string,
): WriteOperation {
  const collection = parseCollectionName(input.collection, `${path}.collection`);
  if (input.type === 'insert') return insertOperation(context, collection, input, path);
  return {
    kind: 'change',
    collection,
    target: parseTarget(context, input, path),
    change: parseChange(context, input, path),
    upsert: input.type === 'upsert' || input.upsert === true,
    expectMatched: input.expect?.matched,
    optional: input.optional === true,
  };
}

function insertOperation(
  context: UseCaseContext,
  collection: string,
  input: WriteInput,
  path: string,
): WriteOperation {
  if (input.document === undefined) throw invalidRequest('an insert needs a document', `${path}.document`);
  refuse(
    input,
    [
      'filter',
      'collation',
      'update',
      'array_filters',
      'version',
      'upsert',
      'many',
      'all',
      'expect',
      'optional',
    ],
    path,
  );
  const { id } = input;
  if (id !== undefined && input.document.id !== undefined && input.document.id !== id)
    throw invalidRequest('differs from the id of the operation', `${path}.document.id`);
  const document = id === undefined ? input.document : { ...input.document, id };
  return {
    kind: 'insert',
    collection,
    document: buildDocument(context, collection, document, `${path}.document`),
  };
}

function parseTarget({ repository }: UseCaseContext, input: WriteInput, path: string): Target {
  const id = input.id ?? input.document?.id;
  if (input.document?.id !== undefined && input.document.id !== id)
    throw invalidRequest('differs from the id of the operation', `${path}.document.id`);
  if (id !== undefined && input.filter !== undefined)
    throw invalidRequest('give an id or a filter, not both', `${path}.filter`);
  if (input.collation !== undefined && (id !== undefined || input.upsert === true || input.type === 'upsert'))
    throw invalidRequest('a collation is for a filter, and for no upsert', `${path}.collation`);
  if (id !== undefined) {
    refuseForId(input, path);
    return { kind: 'id', id: parseDocumentId(id, `${path}.id`), expectedVersion: input.version };
  }
  if (input.filter === undefined) throw invalidRequest('give an id or a filter', path);
  if (input.version !== undefined) throw invalidRequest('a version needs an id', `${path}.version`);
  const filter = parseCollatedFilter(repository, input, `${path}.`);
  const many = input.many === true;
  if (input.type === 'delete' && many) confirmEverything(filter, input.all === true, `${path}.filter`);
  else if (input.all !== undefined) throw invalidRequest('for a delete of many', `${path}.all`);
  return { kind: 'filter', filter, many };
}

function refuseForId(input: WriteInput, path: string): void {
  if (input.many === true) throw invalidRequest('an id means one document', `${path}.many`);
  if (input.all !== undefined) throw invalidRequest('for a delete of many', `${path}.all`);
}

function parseChange(context: UseCaseContext, input: WriteInput, path: string): Change {
  if (input.type === 'delete') {
    refuse(input, ['document', 'update', 'array_filters', 'upsert'], path);
    return { kind: 'remove' };
  }
  if (input.type === 'replace' || (input.type === 'upsert' && input.update === undefined))
    return replacement(context, input, path);
  if (input.update === undefined) throw invalidRequest('an update is missing', `${path}.update`);
  refuse(input, ['document'], path);
  const options = queryOptions(context.repository, `${path}.update`);
  return { kind: 'update', update: parseUpdate(input.update, input.array_filters, options) };
}

function replacement({ repository }: UseCaseContext, input: WriteInput, path: string): Change {
  refuse(input, ['update', 'array_filters', 'many'], path);
  if (input.document === undefined) throw invalidRequest('a document is missing', `${path}.document`);
  const limits = documentLimitsOf(repository);
  const { data, metadata } = input.document;
  return {
    kind: 'replace',
    data: parseDocumentData(data, `${path}.document.data`, limits),
    metadata:
      metadata === undefined ? undefined : parseMetadata(metadata, `${path}.document.metadata`, limits),
  };
}

function refuse(input: WriteInput, fields: readonly (keyof WriteInput)[], path: string): void {
  for (const field of fields)
    if (input[field] !== undefined) throw invalidRequest(`not for ${input.type}`, `${path}.${field}`);
}
