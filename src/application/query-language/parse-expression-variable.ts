import { invalidRequest, ServiceError } from '../../domain/errors.ts';
import type { Expression } from '../../domain/query/expression.ts';
import type { ExpressionPlace } from './expression-place.ts';

/** Bound in every pipeline. `DESCEND`, `PRUNE` and `KEEP` are variables of `$redact` only: it passes them as bound. */
const systemVariables: ReadonlySet<string> = new Set(['ROOT', 'CURRENT', 'NOW', 'REMOVE']);
/** They exist on a MongoDB server only; the service has nothing to put there. */
const serverVariables: ReadonlySet<string> = new Set(['CLUSTER_TIME', 'USER_ROLES', 'SEARCH_META']);

/**
 * `$a.b`, `$$name`, `$$name.a.b`.
 * https://www.mongodb.com/docs/manual/reference/aggregation-variables/
 */
export function parseVariable(source: string, place: ExpressionPlace): Expression {
  if (!source.startsWith('$$')) {
    return { kind: 'variable', name: 'CURRENT', path: parseFieldPath(source.slice(1), place.path) };
  }
  const [name = '', ...rest] = source.slice(2).split('.');
  if (serverVariables.has(name)) {
    throw new ServiceError('UNSUPPORTED_OPERATION', `$$${name} is not available`, {
      path: place.path,
      capability: `$$${name}`,
    });
  }
  if (!systemVariables.has(name) && !place.variables.has(name)) {
    checkReadableName(name, place.path);
    throw invalidRequest(`use of undefined variable: ${name}`, place.path);
  }
  const path = rest.length === 0 ? [] : parseFieldPath(rest.join('.'), place.path);
  return { kind: 'variable', name, path };
}

function checkReadableName(name: string, path: string): void {
  if (!/^[A-Za-z_\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*$/u.test(name))
    throw invalidRequest(`'${name}' is not a valid variable name`, path);
}

/** A name that `$let`, `$map` and the like may bind: starts with a lower-case letter, or is CURRENT. */
export function parseVariableName(source: unknown, path: string): string {
  if (typeof source !== 'string') throw invalidRequest('a variable name must be a string', path);
  if (source !== 'CURRENT' && !/^[a-z\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*$/u.test(source))
    throw invalidRequest(`'${source}' is not a name that a user variable may have`, path);
  return source;
}

function parseFieldPath(source: string, path: string): readonly string[] {
  const segments = source.split('.');
  for (const segment of segments) {
    if (segment === '') throw invalidRequest(`'$${source}' has an empty field name`, path);
    if (segment.startsWith('$')) throw invalidRequest(`field names may not start with '$': $${source}`, path);
    if (segment.includes('\0')) throw invalidRequest('field names may not contain NUL', path);
  }
  if (segments.length > 200) throw invalidRequest('the field path is nested too deeply', path);
  return segments;
}
