import type { NativeSort } from '../../../application/ports/dialect.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { keyExpressions, specialFlag } from './mysql-index-columns.ts';
import { isPushablePath, pathSource } from './mysql-paths.ts';
import type { MysqlOrder } from './mysql-sort.ts';

/** Characters of a text that count; MySQL sorts by the first kilobyte of one. */
const longest = 191;

/** An order by what an index would hold, computed for each document; worth it where a limit follows. */
export function mysqlComputedOrder(sort: Sort): NativeSort<SqlFragment> | undefined {
  const terms = sort.map(({ path, direction }) => {
    const columns = orderColumns(path);
    const way = trustedSql(direction === 1 ? '' : ' DESC');
    return (
      columns &&
      joinSql(
        columns.map((column) => sql`${column}${way}`),
        ', ',
      )
    );
  });
  const known = terms.filter((term) => term !== undefined);
  if (known.length < terms.length) return undefined;
  const special = specialFlag(
    sort.map(({ path }) => path),
    longest,
  );
  const native: MysqlOrder = { ...joinSql(known, ', '), sort, special };
  return { native, after: () => undefined };
}

function orderColumns(path: Sort[number]['path']): readonly SqlFragment[] | undefined {
  const source = pathSource(path);
  if (source === undefined || !isPushablePath(path)) return undefined;
  if (source.kind === 'column') return [trustedSql(source.column)];
  const columns = keyExpressions(path, longest);
  return columns && [columns.rank, columns.number, sql`(${columns.text}) COLLATE utf8mb4_0900_bin`];
}
