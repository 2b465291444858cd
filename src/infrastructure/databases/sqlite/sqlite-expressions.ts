import type { Path } from '../../../domain/query/path.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { jsonPath, textLiteral } from './sqlite-json-path.ts';

/** Where a path of the flat view leads: a column with JSON in it and the path inside, or a plain column. */
export type PathSource =
  | { readonly kind: 'json'; readonly column: 'data' | 'metadata'; readonly path: Path }
  | { readonly kind: 'column'; readonly column: 'id' | 'version' | 'created_at' | 'updated_at' };

/** What every leaf, sort and index says about a path, in the same words, so that indexes match. */
export interface PathExpressions {
  /** The comparison key of the value that a walk through objects reaches; never NULL. See `ComparisonKey`. */
  readonly key: SqlFragment;
  /** `json_type` of it; NULL when missing. */
  readonly type: SqlFragment;
  /**
   * Whether an array stands anywhere on the path, its end included: then MongoDB looks at elements and `key` says
   * nothing. Undefined: never.
   */
  readonly arrays: SqlFragment | undefined;
  /** The JSON of the top-level field of the flat view that the path starts with; NULL when missing. */
  readonly field: SqlFragment;
}

const systemColumns = {
  _id: 'id',
  _version: 'version',
  _created_at: 'created_at',
  _updated_at: 'updated_at',
} as const;

export function pathSource(path: Path): PathSource | undefined {
  const [first = '', ...rest] = path;
  if (isSystemColumn(first))
    return rest.length === 0 ? { kind: 'column', column: systemColumns[first] } : undefined;
  if (first === '_metadata') return { kind: 'json', column: 'metadata', path: rest };
  return { kind: 'json', column: 'data', path };
}

function isSystemColumn(name: string): name is keyof typeof systemColumns {
  return Object.hasOwn(systemColumns, name);
}

/** @param constant writes the path into the text, as indexes need it; else it is bound. */
export function pathExpressions(path: Path, constant: boolean): PathExpressions | undefined {
  const source = pathSource(path);
  if (source === undefined) return undefined;
  return source.kind === 'column'
    ? columnExpressions(source.column)
    : jsonExpressions(source.column, source.path, constant);
}

function columnExpressions(column: string): PathExpressions {
  const key = trustedSql(column);
  return {
    key,
    type: trustedSql(column === 'version' ? "'integer'" : "'text'"),
    arrays: undefined,
    field: sql`json_quote(${key})`,
  };
}

function jsonExpressions(column: 'data' | 'metadata', path: Path, constant: boolean): PathExpressions {
  const target = trustedSql(column);
  const at = (segments: Path): SqlFragment =>
    constant ? trustedSql(textLiteral(jsonPath(segments))) : sql`${jsonPath(segments)}`;
  const type = sql`json_type(${target}, ${at(path)})`;
  const value = sql`json_extract(${target}, ${at(path)})`;
  // From the end to the start: where the walk reached something, nothing before it was an array.
  const types = path.map(
    (_, i) => sql`json_type(${target}, ${at(path.slice(0, path.length - i))}) = 'array'`,
  );
  return {
    key: sql`CASE ${type} WHEN 'text' THEN ${value} WHEN 'integer' THEN ${value} + 0.0 WHEN 'real' THEN ${value} WHEN 'true' THEN x'0601' WHEN 'false' THEN x'0600' WHEN 'object' THEN object_key(${value}) WHEN 'array' THEN x'05' ELSE -9e999 END`,
    type,
    arrays: path.length === 0 ? undefined : sql`coalesce(${joinSql(types, ', ')}, FALSE)`,
    field: column === 'data' ? sql`${target} -> ${at(path.slice(0, 1))}` : sql`${target}`,
  };
}
