import type { Path } from '../../../domain/query/path.ts';

/** A path of object keys as a SQLite JSON path (https://www.sqlite.org/json1.html#path_arguments), to be bound. */
export function jsonPath(path: Path): string {
  return `$${path.map((segment) => `.${JSON.stringify(segment)}`).join('')}`;
}

/**
 * The only text that is built from a caller's value: an expression index and the queries that use it must hold the
 * path as a constant. JSON.stringify leaves no control character and no lone surrogate.
 */
export function textLiteral(text: string): string {
  if (text.includes('\0')) throw new TypeError('a SQL text literal cannot hold a NUL character');
  return `'${text.replaceAll("'", "''")}'`;
}

/** Whether SQLite can say every segment: it has no form for text that is not well-formed, and ends a key at a NUL. */
export function isPushablePath(path: Path): boolean {
  return path.length > 0 && path.every((segment) => segment.isWellFormed() && !segment.includes('\0'));
}
