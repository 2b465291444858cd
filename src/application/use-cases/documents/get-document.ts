import type { Document } from '../../../domain/document/document.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { UseCaseContext } from '../use-case-context.ts';
import { type DocumentReference, documentNotFound, parseDocumentReference } from './document-reference.ts';
import { createProjector, type ProjectedDocument, whole } from './project-document.ts';

/** Reads one document; rejects with DOCUMENT_NOT_FOUND. */
export async function getDocument(context: UseCaseContext, reference: DocumentReference): Promise<Document> {
  const { collection, id } = parseDocumentReference(reference);
  const document = await context.repository.get(collection, id, context.call);
  if (document === undefined) throw documentNotFound({ collection, id });
  return document;
}

/** As `getDocument`, with only the fields that the projection keeps. */
export async function getProjectedDocument(
  context: UseCaseContext,
  reference: DocumentReference,
  projection: Json | undefined,
): Promise<ProjectedDocument> {
  const project = projection === undefined ? whole : createProjector(context, projection);
  return project(await getDocument(context, reference));
}
