import type { NativeSort, PlanContext } from '../../../application/ports/dialect.ts';
import { samePath } from '../../../domain/query/path.ts';
import type { Sort, SortField } from '../../../domain/query/sort.ts';
import type { Value } from '../../../domain/value/value.ts';
import { type KeysetColumn, keysetCondition } from '../sql/keyset-condition.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isStorableText, orderKey } from './postgresql-order-key.ts';
import { pathSource, sortKeySql } from './postgresql-paths.ts';

const idColumn = trustedSql('id COLLATE "C"');

/** By the order keys, which indexes hold; undefined where two fields may take their values from one array's element. */
export function postgresqlSort(sort: Sort, context: PlanContext): NativeSort<SqlFragment> | undefined {
  const roots = sort.map(({ path }) => path[0]);
  if (new Set(roots).size < roots.length) return undefined;
  const columns = sort.map((field) => sortExpression(field));
  const expressions = columns.filter((one) => one !== undefined);
  if (expressions.length < columns.length) return undefined;
  const native = joinSql(
    sort.map(
      ({ direction }, i) => sql`${expressions[i] ?? idColumn}${trustedSql(direction === 1 ? '' : ' DESC')}`,
    ),
    ', ',
  );
  const index = sortIndex(sort, context);
  const after = (key: readonly (Value | undefined)[]): SqlFragment | undefined =>
    afterKey(sort, expressions, key);
  return index === undefined ? { native, after } : { native, after, index };
}

function sortExpression({ path, direction }: SortField): SqlFragment | undefined {
  if (samePath(path, ['_id'])) return idColumn;
  const source = pathSource(path);
  if (source === undefined) return undefined;
  return source.kind === 'column' ? source.value.key : sortKeySql(source.root, source.path, direction);
}

function afterKey(
  sort: Sort,
  expressions: readonly SqlFragment[],
  key: readonly (Value | undefined)[],
): SqlFragment | undefined {
  const columns: KeysetColumn[] = [];
  for (const [i, { path, direction }] of sort.entries()) {
    const expression = expressions[i];
    const value = keyValue(samePath(path, ['_id']), key[i]);
    if (expression === undefined || value === undefined) return undefined;
    columns.push({ expression, direction, value: sql`${value}`, nullable: false });
  }
  return keysetCondition(columns);
}

function keyValue(isId: boolean, value: Value | undefined): string | undefined {
  if (!isId) return orderKey(value);
  return typeof value === 'string' && isStorableText(value) ? value : undefined;
}

/** An index whose keys start with the sort; an order key depends on the direction, so that has to be the same. */
function sortIndex(sort: Sort, { indexes }: PlanContext): string | undefined {
  const wanted = sort.filter(({ path }) => !samePath(path, ['_id']));
  if (wanted.length === 0) return '_id_';
  return indexes.find(
    ({ keys, partialFilter, sparse }) =>
      partialFilter === undefined &&
      !sparse &&
      wanted.every((field, i) => {
        const key = keys[i];
        return key !== undefined && samePath(key.path, field.path) && key.kind === field.direction;
      }),
  )?.name;
}
