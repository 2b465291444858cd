import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import type { Document } from '../../../domain/document/document.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { buildDocument, type DocumentInput } from './build-document.ts';

/** Stores one document; rejects with DUPLICATE_KEY when its id or a unique key exists. */
export async function createDocument(
  context: UseCaseContext,
  input: DocumentInput & { readonly collection: unknown },
): Promise<Document> {
  const collection = parseCollectionName(input.collection, 'collection');
  const document = buildDocument(context, collection, input);
  const [outcome] = await context.repository.insert(collection, [document], true, context.call);
  if (outcome?.status === 'failed') throw outcome.error;
  if (outcome?.status !== 'inserted')
    throw new ServiceError('INTERNAL_ERROR', 'the database did not say what became of the document');
  return document;
}
