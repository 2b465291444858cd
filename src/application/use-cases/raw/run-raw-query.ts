import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { RawResult } from '../../ports/database-adapter.ts';
import type { UseCaseContext } from '../use-case-context.ts';

export interface RawQueryInput {
  /** Text for SQL and CQL, an object for MongoDB and Elasticsearch. */
  readonly query: string | JsonObject;
  readonly params?: readonly Json[] | undefined;
}

export interface RawQueryPolicy {
  readonly enabled: boolean;
  readonly allowWrites: boolean;
  readonly maxRows: number;
}

export interface TimedRawResult extends RawResult {
  readonly executionTimeMs: number;
}

/** Runs a query in the database's own language. Rejects with PERMISSION_DENIED unless the configuration allows it. */
export async function runRawQuery(
  { repository, call, clock }: UseCaseContext,
  input: RawQueryInput,
  policy: RawQueryPolicy,
): Promise<TimedRawResult> {
  if (!policy.enabled)
    throw new ServiceError('PERMISSION_DENIED', 'raw queries are off: raw_query.enabled turns them on');
  const startedAt = clock.now();
  const { allowWrites, maxRows } = policy;
  const command = { query: input.query, params: input.params ?? [], allowWrites, maxRows };
  const result = await repository.raw(command, call);
  return { ...result, executionTimeMs: Math.max(0, clock.now() - startedAt) };
}

export type RawResultType = 'array' | 'object' | 'map';

/** The rows as a list, as the single one (null: there is none), or by the value of the first column. */
export function shapeRawResult(result: RawResult, type: RawResultType): Json {
  switch (type) {
    case 'array':
      return result.rows;
    case 'object':
      if (result.rows.length > 1)
        throw invalidRequest(`the query answers ${result.rows.length} rows, not one`, 'result_type');
      return result.rows[0] ?? null;
    case 'map':
      return rowsByFirstColumn(result);
  }
}

function rowsByFirstColumn({ columns, rows }: RawResult): JsonObject {
  const byKey = new Map<string, JsonObject>();
  for (const row of rows) {
    const column = columns[0] ?? Object.keys(row)[0];
    const value = column !== undefined && Object.hasOwn(row, column) ? row[column] : undefined;
    const key = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    if (byKey.has(key))
      throw invalidRequest('two rows have the same value in the first column', 'result_type');
    byKey.set(key, row);
  }
  return Object.fromEntries(byKey);
}
