import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Modification } from '../../../domain/document/modification.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { createSqliteAdapter, type SqliteOptions } from './sqlite-adapter.ts';

export interface TestDatabase {
  readonly path: string;
  readonly adapter: DatabaseAdapter<SqlFragment>;
  /** Closes the adapter and opens the file again. */
  reopen(options: Omit<SqliteOptions, 'path'>): Promise<void>;
}

/** A database file of its own for each test of the suite that calls this. */
export function eachTestDatabase(): TestDatabase {
  // Each starts threads, which takes seconds on a busy machine.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  let directory = '';
  let adapter: DatabaseAdapter<SqlFragment> | undefined;
  const path = (): string => join(directory, 'test.db');
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sqlite-'));
    adapter = createSqliteAdapter({ path: path() });
  });
  afterEach(async () => {
    await adapter?.close();
    rmSync(directory, { recursive: true });
  });
  return {
    get path() {
      return path();
    },
    get adapter() {
      if (adapter === undefined) throw new TypeError('no test is running');
      return adapter;
    },
    async reopen(options) {
      await adapter?.close();
      adapter = createSqliteAdapter({ ...options, path: path() });
    },
  };
}

export function call(signal: AbortSignal = new AbortController().signal, milliseconds = 20_000): Call {
  return { signal, requestId: 'test', deadline: Date.now() + milliseconds };
}

export function document(id: string, data: JsonObject): Document {
  const now = '2024-01-01T00:00:00.000Z';
  return {
    id,
    collection: 'c',
    data: DocumentBody.fromValue(data),
    version: 1,
    createdAt: now,
    updatedAt: now,
    metadata: {},
  };
}

export function index(
  name: string,
  options: Partial<IndexDefinition> & Pick<IndexDefinition, 'keys'>,
): IndexDefinition {
  return {
    name,
    unique: false,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
    ...options,
  };
}

export const increment = (id: string): Modification => ({
  id,
  change: {
    kind: 'update',
    update: {
      kind: 'operators',
      operations: [{ op: '$inc', path: ['n'], value: 1 }],
      arrayFilters: {},
      source: { update: { $inc: { n: 1 } }, arrayFilters: [] },
    },
  },
  expectedVersion: undefined,
  where: undefined,
  insert: { seed: {} },
});
