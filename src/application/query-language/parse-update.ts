import { invalidRequest } from '../../domain/errors.ts';
import { pathToString } from '../../domain/query/path.ts';
import { PathSet } from '../../domain/query/path-conflict.ts';
import type { Update, UpdateOperation } from '../../domain/query/update.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';
import { isJsonArray, isJsonObject, type ParseScope, startScope } from './parse-scope.ts';
import { parseArrayFilters } from './updates/parse-array-filters.ts';
import { changedPaths, checkOperation, parseOperation } from './updates/parse-operation.ts';
import { arrayFilterName } from './updates/parse-update-path.ts';
import { parseUpdatePipeline } from './updates/parse-update-pipeline.ts';
import { operatorForm, type UpdateEntry, updateEntries } from './updates/update-entries.ts';

/**
 * Update operators, an update pipeline, or a plain object whose fields are set (semantics.md §5). Rejects with
 * INVALID_REQUEST and the path of the mistake, `update.$push.tags.$slice`.
 * @param arrayFilters the request's `array_filters`.
 */
export function parseUpdate(source: Json, arrayFilters: Json | undefined, options: ParseOptions): Update {
  if (isJsonArray(source)) {
    if (arrayFilters !== undefined && !(isJsonArray(arrayFilters) && arrayFilters.length === 0))
      throw invalidRequest('an update pipeline takes no array filters', filtersPath(options));
    return { kind: 'pipeline', stages: parseUpdatePipeline(source, options) };
  }
  if (!isJsonObject(source)) throw invalidRequest('an update is an object or a pipeline', options.path);
  const scope = startScope({ ...options, shortNames: false });
  const entries = updateEntries(source, scope);
  const operations = parseOperations(entries);
  return {
    kind: 'operators',
    operations: operations.toSorted(byPath),
    arrayFilters: parseArrayFilters(arrayFilters, usedNames(operations), {
      ...options,
      path: 'array_filters',
    }),
    source: { update: operatorForm(entries), arrayFilters: isJsonArray(arrayFilters) ? arrayFilters : [] },
  };
}

/** `array_filters` stands beside `update`, at the top of the request or in an operation of a bulk. */
function filtersPath(options: ParseOptions): string {
  return options.path.replace(/[^.]*$/, 'array_filters');
}

function parseOperations(entries: readonly UpdateEntry[]): readonly UpdateOperation[] {
  const changed = new PathSet();
  return entries.map(({ op, field, argument, scope }) => {
    const operation = parseOperation(op, field, argument, scope);
    checkOperation(operation, scope);
    refuseConflicts(operation, changed, scope);
    return operation;
  });
}

function refuseConflicts(operation: UpdateOperation, changed: PathSet, scope: ParseScope): void {
  for (const path of changedPaths(operation)) {
    const other = changed.add(path);
    if (other === undefined) continue;
    throw invalidRequest(
      `Updating the path '${pathToString(path)}' would create a conflict at '${pathToString(other)}'`,
      scope.path,
    );
  }
}

function usedNames(operations: readonly UpdateOperation[]): ReadonlySet<string> {
  const segments = operations.flatMap(({ path }) => path);
  return new Set(segments.map(arrayFilterName).filter((name) => name !== undefined));
}

/** MongoDB adds fields in the order of their paths, not of the operators. */
function byPath(a: UpdateOperation, b: UpdateOperation): number {
  const x = pathToString(a.path);
  const y = pathToString(b.path);
  return x < y ? -1 : Number(x > y);
}
