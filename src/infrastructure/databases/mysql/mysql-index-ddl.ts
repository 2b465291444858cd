import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { unsupportedOperation } from '../../../domain/errors.ts';
import type { Path } from '../../../domain/query/path.ts';
import { identifier, joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { direction } from './mysql-index.ts';
import { columnDefinitions, keyColumns, specialColumn } from './mysql-index-columns.ts';
import { isPushablePath, pathSource } from './mysql-paths.ts';

/** MySQL takes sixteen columns: three for each field, and the one that tells special documents. */
const mostKeys = 5;

/** Refuses with UNSUPPORTED_OPERATION what MySQL cannot index. */
export function checkIndex(index: IndexDefinition, database: string): void {
  const refuse = (capability: string, message: string): never => {
    throw unsupportedOperation(database, `indexes.${capability}`, message);
  };
  for (const { kind } of index.keys)
    if (kind === 'text' || kind === '2dsphere') refuse(kind, `${database} has no ${kind} indexes`);
  if (index.keys.length > mostKeys) refuse('compound', `an index has at most ${mostKeys} fields`);
  if (index.partialFilter !== undefined && !index.unique)
    refuse('partial', 'MySQL has partial indexes only where they are unique');
  for (const { path } of index.keys)
    if (pathSource(path) === undefined || !isPushablePath(path))
      refuse('single', `an index cannot lie on ${path.join('.')}`);
}

/** One statement that adds the generated columns and the index on them. */
export function addIndexSql(table: SqlFragment, number: number, index: IndexDefinition): SqlFragment {
  const paths = index.keys.map(({ path }) => path);
  const columns = columnDefinitions(number, paths).map(
    ({ name, definition }) => sql`ADD COLUMN ${name} ${definition}`,
  );
  const keys = index.keys.flatMap(({ path, kind }, place) => {
    const order = trustedSql(direction(kind) === 1 ? ' ASC' : ' DESC');
    return keyParts(path, number, place).map((part) => sql`${part}${order}`);
  });
  const key = sql`ADD INDEX ${indexName(number)} (${joinSql([specialColumn(number), ...keys], ', ')})`;
  return sql`ALTER TABLE ${table} ${joinSql([...columns, key], ', ')}`;
}

export function dropIndexSql(table: SqlFragment, number: number, index: IndexDefinition): SqlFragment {
  const paths = index.keys.map(({ path }) => path);
  const columns = columnDefinitions(number, paths).map(({ name }) => sql`DROP COLUMN ${name}`);
  return sql`ALTER TABLE ${table} DROP INDEX ${indexName(number)}, ${joinSql(columns, ', ')}`;
}

export function indexName(number: number): SqlFragment {
  return identifier(`$${number}`, '`');
}

function keyParts(path: Path, number: number, place: number): readonly SqlFragment[] {
  const source = pathSource(path);
  if (source?.kind === 'column') return [trustedSql(source.column)];
  const columns = keyColumns(number, place);
  return [columns.rank, columns.number, columns.text];
}
