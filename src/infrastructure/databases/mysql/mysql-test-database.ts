import mysql from 'mysql2/promise';
import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

/**
 * Makes an empty database of the tests' own, so that they may break its connections; answers its address.
 * @param serverUri of any database of the server.
 */
export async function freshDatabase(serverUri: string | undefined, name: string): Promise<string> {
  const url = new URL(serverUri ?? 'mysql://localhost/mysql');
  await onServer(serverUri, [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`]);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements on a connection of its own; answers the rows of the last one. */
export async function onServer(
  serverUri: string | undefined,
  statements: readonly string[],
): Promise<readonly (readonly unknown[])[]> {
  const connection = await mysql.createConnection({ uri: serverUri ?? '', rowsAsArray: true });
  try {
    let last: unknown;
    for (const statement of statements) [last] = await connection.query(statement);
    return Array.isArray(last) ? (last as readonly (readonly unknown[])[]) : [];
  } finally {
    await connection.end();
  }
}

export function call(milliseconds = 20_000, signal = new AbortController().signal): Call {
  return { signal, requestId: 'test', deadline: Date.now() + milliseconds };
}

export function document(collection: string, id: string, data: JsonObject): Document {
  const now = new Date().toISOString();
  return {
    id,
    collection,
    data: DocumentBody.fromValue(data),
    version: 1,
    createdAt: now,
    updatedAt: now,
    metadata: {},
  };
}

export function index(name: string, given: Partial<IndexDefinition>): IndexDefinition {
  return {
    name,
    keys: [],
    unique: false,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
    ...given,
  };
}
