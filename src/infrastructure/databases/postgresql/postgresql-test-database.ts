import pg from 'pg';
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
  const url = new URL(serverUri ?? 'postgresql://localhost/postgres');
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(serverUri: string | undefined, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUri });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.end();
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
