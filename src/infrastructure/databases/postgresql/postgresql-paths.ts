import type { Path } from '../../../domain/query/path.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText } from './postgresql-order-key.ts';

/** Where a path of the flat view leads: into a JSON value, or to a column that is text or a number. */
export type PathSource =
  | { readonly kind: 'json'; readonly root: SqlFragment; readonly path: Path }
  | { readonly kind: 'column'; readonly value: ColumnValue };

/** A column of the table as the domain sees it: its JSON, and its order key. */
export interface ColumnValue {
  readonly json: SqlFragment;
  readonly key: SqlFragment;
}

const columns: Readonly<Record<string, ColumnValue>> = {
  _id: { json: trustedSql('to_jsonb(id)'), key: trustedSql(`(('3' || id) COLLATE "C")`) },
  _version: {
    json: trustedSql('to_jsonb(version)'),
    key: trustedSql(`(document_service.key(to_jsonb(version)) COLLATE "C")`),
  },
  _created_at: timeColumn('created_at'),
  _updated_at: timeColumn('updated_at'),
};

function timeColumn(name: string): ColumnValue {
  const text = `document_service.instant(${name})`;
  return { json: trustedSql(`to_jsonb(${text})`), key: trustedSql(`(('3' || ${text}) COLLATE "C")`) };
}

/** Undefined: nothing can stand there (below `_id`, or under a name that PostgreSQL cannot hold). */
export function pathSource(path: Path): PathSource | undefined {
  const [first, ...rest] = path;
  if (first === undefined || !path.every(isStorableText)) return undefined;
  if (Object.hasOwn(columns, first)) {
    const value = columns[first];
    return rest.length === 0 && value !== undefined ? { kind: 'column', value } : undefined;
  }
  if (first !== '_metadata') return { kind: 'json', root: trustedSql('data'), path };
  return rest.length === 0 ? undefined : { kind: 'json', root: trustedSql('metadata'), path: rest };
}

/** A path as PostgreSQL's `text[]`, bound. */
export function pathArray(path: Path): SqlFragment {
  return sql`${arrayText(path)}::text[]`;
}

/** The text form of an array. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
export function arrayText(items: readonly string[]): string {
  const quoted = items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  return `{${quoted.join(',')}}`;
}

export function sortKeySql(root: SqlFragment, path: Path, direction: 1 | -1): SqlFragment {
  return sql`(document_service.sort_key(${root}, ${pathArray(path)}, ${trustedSql(String(direction))}) COLLATE "C")`;
}

/** An equality, not a boolean function, because only for these the server knows from statistics how often they hold. */
export function hasArraySql(root: SqlFragment, path: Path): SqlFragment {
  return sql`(document_service.arrays_on(${root}, ${pathArray(path)}) = 1)`;
}

/** Whether a segment may name an element of an array, which jsonpath has no words for. */
export function namesElement(path: Path): boolean {
  return path.some((segment) => /^(0|[1-9]\d{0,8})$/.test(segment));
}
