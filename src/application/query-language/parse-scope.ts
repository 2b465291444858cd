import { invalidRequest } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

/** Where a parser stands: the options with the path so far, how deep it is, and what the whole query may still hold. */
export interface ParseScope extends ParseOptions {
  readonly depth: number;
  readonly allowance: { nodes: number };
}

/** Deepest nesting of a query, as of a document. */
export const maxQueryDepth = 100;
/** Most operators, fields and values in one query. */
export const maxQueryNodes = 200_000;

/** The scope at the start of a parser; goes on counting when it is called from inside another. */
export function startScope(options: ParseOptions | ParseScope): ParseScope {
  return 'allowance' in options ? options : { ...options, depth: 0, allowance: { nodes: maxQueryNodes } };
}

/** One level down; `step` is `.name` or `[index]`. Rejects what is too deep or too large with INVALID_REQUEST. */
export function descend(scope: ParseScope, step: string): ParseScope {
  const path = scope.path + step;
  if (scope.depth >= maxQueryDepth)
    throw invalidRequest(`a query may be nested ${maxQueryDepth} levels deep`, path);
  spendNodes(scope, 1);
  return { ...scope, path, depth: scope.depth + 1 };
}

export function spendNodes(scope: ParseScope, nodes: number): void {
  scope.allowance.nodes -= nodes;
  if (scope.allowance.nodes < 0)
    throw invalidRequest(`a query may hold ${maxQueryNodes} operators and values`, scope.path);
}

export function isJsonObject(source: Json | undefined): source is JsonObject {
  return typeof source === 'object' && source !== null && !Array.isArray(source);
}

export function isJsonArray(source: Json | undefined): source is readonly Json[] {
  return Array.isArray(source);
}
