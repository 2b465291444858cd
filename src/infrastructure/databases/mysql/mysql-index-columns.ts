import type { Path } from '../../../domain/query/path.ts';
import { orSql } from '../sql/combine-conditions.ts';
import { identifier, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { jsonPath, pathSource, textLiteral } from './mysql-paths.ts';

/**
 * Characters of a text that an index of so many fields holds; documents with longer ones are among the special ones. With
 * the id (2,050 bytes) that ends every index it must stay below 3,072 bytes, or MySQL does not sort by it.
 */
function indexedCharacters(fields: number): number {
  return [191, 120, 80, 58, 46][fields - 1] ?? 46;
}

/** Ranks of the types in MongoDB's order. */
export const rank = { null: 1, number: 2, string: 3, object: 4, array: 5, bool: 6 } as const;

/** The generated columns of one key of an index: MySQL orders by them as MongoDB orders by the field. */
export interface KeyColumns {
  readonly rank: SqlFragment;
  readonly number: SqlFragment;
  readonly text: SqlFragment;
}

/** @param number of the index in the ledger @param place of the key in the index */
export function keyColumns(number: number, place: number): KeyColumns {
  const name = (part: string): SqlFragment => identifier(`$${number}_${place}${part}`, '`');
  return { rank: name('r'), number: name('n'), text: name('s') };
}

/** 1 for a document of which the key columns do not say all: arrays, objects and long texts. */
export function specialColumn(number: number): SqlFragment {
  return identifier(`$${number}_x`, '`');
}

interface ColumnDefinition {
  readonly name: SqlFragment;
  readonly definition: SqlFragment;
}

/** The columns of an index, made of constants alone, as `ALTER TABLE … ADD COLUMN` takes them. */
export function columnDefinitions(number: number, paths: readonly Path[]): readonly ColumnDefinition[] {
  const longest = indexedCharacters(paths.length);
  const flag = sql`SMALLINT GENERATED ALWAYS AS (${specialFlag(paths, longest)}) VIRTUAL`;
  return [
    { name: specialColumn(number), definition: flag },
    ...paths.flatMap((path, place) => keyDefinitions(path, keyColumns(number, place), longest)),
  ];
}

/** What marks a document of which the key columns do not say all. */
export function specialFlag(paths: readonly Path[], longest: number): SqlFragment {
  return sql`CASE WHEN ${orSql(paths.flatMap((path) => isSpecial(path, longest)))} THEN 1 ELSE 0 END`;
}

/** What the key columns of a field of the data hold. @param longest the characters of a text that count */
export function keyExpressions(path: Path, longest: number): KeyColumns | undefined {
  const source = pathSource(path);
  if (source === undefined || source.kind === 'column') return undefined;
  const value = at(source.column, source.path);
  const type = sql`JSON_TYPE(${value})`;
  return {
    rank: sql`CASE ${type} WHEN 'INTEGER' THEN 2 WHEN 'UNSIGNED INTEGER' THEN 2 WHEN 'DOUBLE' THEN 2 WHEN 'DECIMAL' THEN 2 WHEN 'STRING' THEN 3 WHEN 'OBJECT' THEN 4 WHEN 'ARRAY' THEN 5 WHEN 'BOOLEAN' THEN 6 ELSE 1 END`,
    number: sql`CASE WHEN ${type} IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL', 'BOOLEAN') THEN CAST(${value} AS DOUBLE) ELSE 0 END`,
    text: sql`CASE WHEN ${type} = 'STRING' THEN LEFT(JSON_UNQUOTE(${value}), ${trustedSql(String(longest))}) ELSE '' END`,
  };
}

function keyDefinitions(path: Path, columns: KeyColumns, longest: number): readonly ColumnDefinition[] {
  const expressions = keyExpressions(path, longest);
  if (expressions === undefined) return [];
  const { rank: ranked, number, text } = expressions;
  return [
    { name: columns.rank, definition: sql`SMALLINT GENERATED ALWAYS AS (${ranked}) VIRTUAL` },
    { name: columns.number, definition: sql`DOUBLE GENERATED ALWAYS AS (${number}) VIRTUAL` },
    {
      name: columns.text,
      definition: sql`VARCHAR(${trustedSql(String(longest))}) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin GENERATED ALWAYS AS (${text}) VIRTUAL`,
    },
  ];
}

/** An array on the way or at the end, an object, or a text that is longer than what the column holds. */
function isSpecial(path: Path, longest: number): readonly SqlFragment[] {
  const source = pathSource(path);
  if (source === undefined || source.kind === 'column') return [];
  const value = at(source.column, source.path);
  const arrays = source.path
    .slice(0, -1)
    .map(
      (_, i) => sql`COALESCE(JSON_TYPE(${at(source.column, source.path.slice(0, i + 1))}) = 'ARRAY', FALSE)`,
    );
  return [
    ...arrays,
    sql`COALESCE(JSON_TYPE(${value}) IN ('ARRAY', 'OBJECT'), FALSE)`,
    sql`COALESCE(JSON_TYPE(${value}) = 'STRING' AND CHAR_LENGTH(JSON_UNQUOTE(${value})) > ${trustedSql(String(longest))}, FALSE)`,
  ];
}

function at(column: 'data' | 'metadata', path: Path): SqlFragment {
  const target = identifier(column, '`');
  return path.length === 0 ? target : sql`JSON_EXTRACT(${target}, ${textLiteral(jsonPath(path))})`;
}
