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
/**
 * Most operators and fields in one query: no query holds up others for long while it is read, planned and compiled.
 * Values weigh less (`valueWeight`), so that long lists and large values still pass.
 */
export const maxQueryNodes = 20_000;
/** What a value in a list, or an object or array within a value, weighs. */
export const valueWeight = 0.1;

/** The scope at the start of a parser; goes on counting when it is called from inside another. */
export function startScope(options: ParseOptions | ParseScope): ParseScope {
  return 'allowance' in options ? options : { ...options, depth: 0, allowance: { nodes: maxQueryNodes } };
}

/** One level down; `step` is `.name` or `[index]`. Rejects what is too deep or too large with INVALID_REQUEST. */
export function descend(scope: ParseScope, step: string, weight = 1): ParseScope {
  const path = scope.path + step;
  if (scope.depth >= maxQueryDepth)
    throw invalidRequest(`a query may be nested ${maxQueryDepth} levels deep`, path);
  spendNodes(scope, weight);
  return { ...scope, path, depth: scope.depth + 1 };
}

export function spendNodes(scope: Pick<ParseScope, 'path' | 'allowance'>, nodes: number): void {
  scope.allowance.nodes -= nodes;
  if (scope.allowance.nodes < 0)
    throw invalidRequest(`a query may hold ${maxQueryNodes} operators and fields`, scope.path);
}

/** Counts what is read without a scope: expressions and stages. INVALID_REQUEST beyond `maxQueryNodes`. */
export function refuseLarge(source: Json, path: string): void {
  spendNodes({ path, allowance: { nodes: maxQueryNodes } }, nodesOf(source));
}

/** The weight of a part of a query: of its fields, of the members of its lists, and of long paths. */
export function nodesOf(source: Json): number {
  if (isJsonArray(source))
    return source.reduce<number>(
      (sum, item) => sum + (isContainer(item) ? 1 : valueWeight) + nodesOf(item),
      0,
    );
  if (typeof source === 'string') return source.startsWith('$') ? source.length >> 4 : 0;
  if (!isJsonObject(source)) return 0;
  return Object.entries(source).reduce<number>(
    (sum, [name, item]) => sum + 1 + nodesOf(item) * (name === '$literal' ? valueWeight : 1),
    0,
  );
}

function isContainer(source: Json): boolean {
  return typeof source === 'object' && source !== null;
}

export function isJsonObject(source: Json | undefined): source is JsonObject {
  return typeof source === 'object' && source !== null && !Array.isArray(source);
}

export function isJsonArray(source: Json | undefined): source is readonly Json[] {
  return Array.isArray(source);
}
