import type { OmittedField } from '../../application/use-cases/documents/project-document.ts';
import type { Document } from '../../domain/document/document.ts';

/**
 * The JSON text of `doc` (rest-api.md). The data goes in as text: a document that a SQL database gave as text is never
 * parsed on its way to the client.
 */
export function documentJson(document: Document): string {
  return `{"id":${JSON.stringify(document.id)},"collection":"${document.collection}","data":${document.data.text},"created_at":${dateJson(document.createdAt)},"updated_at":${dateJson(document.updatedAt)},"version":${document.version},"metadata":${metadataJson(document)}}`;
}

/** As `documentJson`, without the fields that a projection left out. */
export function projectedDocumentJson(document: Document, omitted: ReadonlySet<OmittedField>): string {
  if (omitted.size === 0) return documentJson(document);
  const fields: (string | undefined)[] = [
    omitted.has('id') ? undefined : `"id":${JSON.stringify(document.id)}`,
    `"collection":"${document.collection}"`,
    `"data":${document.data.text}`,
    omitted.has('created_at') ? undefined : `"created_at":${dateJson(document.createdAt)}`,
    omitted.has('updated_at') ? undefined : `"updated_at":${dateJson(document.updatedAt)}`,
    omitted.has('version') ? undefined : `"version":${document.version}`,
    omitted.has('metadata') ? undefined : `"metadata":${metadataJson(document)}`,
  ];
  return `{${fields.filter((field) => field !== undefined).join(',')}}`;
}

/** The version as an entity tag: it changes exactly when the document does. */
export function entityTag(document: Document): string {
  return `"${document.version}"`;
}

function dateJson(date: string | null): string {
  return date === null ? 'null' : `"${date}"`;
}

function metadataJson(document: Document): string {
  for (const _ in document.metadata) return JSON.stringify(document.metadata);
  return '{}';
}
