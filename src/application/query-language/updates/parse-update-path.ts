import { systemFields } from '../../../domain/document/system-fields.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { UpdateOperator, UpdatePath } from '../../../domain/query/update.ts';

const maxPathLength = 1024;
const maxPathSegments = 100;
const positional = /^\$(\[([a-z][a-zA-Z0-9]*)?\])?$/;

/**
 * The path that an operator changes. Rejects with INVALID_REQUEST: system fields, empty segments, NUL, `$`-segments that
 * are not positional, a positional first segment, and more than one `$`.
 * @param at where the path stands in the request.
 */
export function parseUpdatePath(source: string, operator: UpdateOperator, at: string): UpdatePath {
  const path = source.split('.');
  if (source.length > maxPathLength || path.length > maxPathSegments)
    throw invalidRequest(
      `a path has at most ${maxPathSegments} segments and ${maxPathLength} characters`,
      at,
    );
  if (path.includes('')) throw invalidRequest('a path has no empty segments', at);
  if (source.includes('\0') || !source.isWellFormed())
    throw invalidRequest('a path is valid Unicode without NUL', at);
  if (systemFields.has(path[0] ?? '')) throw invalidRequest(`"${path[0]}" is set by the service`, at);
  checkDollars(path, operator, at);
  return path;
}

/** Whether a segment is `$`, `$[]` or `$[name]`. */
export function isPositional(segment: string): boolean {
  return positional.test(segment);
}

/** The name in `$[name]`. */
export function arrayFilterName(segment: string): string | undefined {
  return positional.exec(segment)?.[2];
}

function checkDollars(path: UpdatePath, operator: UpdateOperator, at: string): void {
  if (isPositional(path[0] ?? ''))
    throw invalidRequest('a positional operator stands after the name of an array', at);
  if (path.filter((segment) => segment === '$').length > 1)
    throw invalidRequest('a path has at most one positional operator "$"', at);
  // Taking such a field away is harmless; a document cannot get it.
  if (operator === '$unset' || operator === '$rename') return;
  const strange = path.find((segment) => segment.startsWith('$') && !isPositional(segment));
  if (strange !== undefined)
    throw invalidRequest(`the name of a field does not start with $: "${strange}"`, at);
}
