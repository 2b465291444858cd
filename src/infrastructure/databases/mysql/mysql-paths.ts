import type { Path } from '../../../domain/query/path.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';

/** Where a path of the flat view leads: a column with JSON in it and the path inside, or a plain column. */
export type PathSource =
  | { readonly kind: 'json'; readonly column: 'data' | 'metadata'; readonly path: Path }
  | { readonly kind: 'column'; readonly column: 'id' | 'version' | 'created_at' | 'updated_at' };

const systemColumns = {
  _id: 'id',
  _version: 'version',
  _created_at: 'created_at',
  _updated_at: 'updated_at',
} as const;

/** Undefined: the path leads into a system field that has nothing inside. */
export function pathSource(path: Path): PathSource | undefined {
  const [first = '', ...rest] = path;
  if (Object.hasOwn(systemColumns, first)) {
    const column = systemColumns[first as keyof typeof systemColumns];
    return rest.length === 0 ? { kind: 'column', column } : undefined;
  }
  if (first === '_metadata') return { kind: 'json', column: 'metadata', path: rest };
  return { kind: 'json', column: 'data', path };
}

/** A step of a JSON path: a member, an element, or all elements. */
export const everyElement: unique symbol = Symbol('[*]');
export type PathStep = string | number | typeof everyElement;

/** MySQL's form of a path, to be bound. https://dev.mysql.com/doc/refman/8.4/en/json.html#json-path-syntax */
export function jsonPath(steps: readonly PathStep[]): string {
  const text = steps.map((step) => {
    if (step === everyElement) return '[*]';
    return typeof step === 'number' ? `[${step}]` : `.${JSON.stringify(step)}`;
  });
  return `$${text.join('')}`;
}

/** A place inside a JSON value: the value and the steps from there; the value is never SQL's NULL for JSON's null. */
export interface JsonPlace {
  readonly root: SqlFragment;
  readonly steps: readonly PathStep[];
}

/** The JSON at a place; NULL when missing. */
export function valueAt({ root, steps }: JsonPlace): SqlFragment {
  return steps.length === 0 ? root : sql`JSON_EXTRACT(${root}, ${jsonPath(steps)})`;
}

/** All JSON values that any of the paths reaches, as one JSON array; NULL when there is none. Paths are two or more, or hold `[*]`. */
export function valuesAt(root: SqlFragment, paths: readonly (readonly PathStep[])[]): SqlFragment {
  return sql`JSON_EXTRACT(${root}, ${pathList(paths)})`;
}

export function anyPathExists(root: SqlFragment, paths: readonly (readonly PathStep[])[]): SqlFragment {
  return sql`JSON_CONTAINS_PATH(${root}, 'one', ${pathList(paths)})`;
}

function pathList(paths: readonly (readonly PathStep[])[]): SqlFragment {
  return joinSql(
    paths.map((path) => sql`${jsonPath(path)}`),
    ', ',
  );
}

/**
 * Every way through arrays that MongoDB takes along a path of names: each array on the way counts by its elements, and
 * with `expand` also the one at the end. The first is the way without arrays.
 */
export function waysThrough(path: Path, expand: boolean): readonly (readonly PathStep[])[] {
  let ways: readonly (readonly PathStep[])[] = [[]];
  path.forEach((name, i) => {
    const named = ways.map((way): readonly PathStep[] => [...way, name]);
    const last = i === path.length - 1;
    ways =
      last && !expand
        ? named
        : [...named, ...named.map((way): readonly PathStep[] => [...way, everyElement])];
  });
  return ways;
}

/** Longer paths make too many ways. */
export const longestPath = 4;

/** Whether MySQL can hold every segment: it has no form for text that is not well-formed. */
export function isPushablePath(path: Path): boolean {
  return path.length > 0 && path.length <= longestPath && path.every((segment) => segment.isWellFormed());
}

/** Whether a segment may name an element of an array. */
export function hasPosition(path: Path): boolean {
  return path.some((segment) => /^(0|[1-9]\d{0,8})$/.test(segment));
}

/** A constant as text that cannot end a literal: the hexadecimal form of its UTF-8. */
export function textLiteral(text: string): SqlFragment {
  return trustedSql(text === '' ? "_utf8mb4''" : `_utf8mb4 0x${Buffer.from(text, 'utf8').toString('hex')}`);
}
