import type { NativeSort, PlanContext } from '../../../application/ports/dialect.ts';
import { samePath } from '../../../domain/query/path.ts';
import type { Sort, SortField } from '../../../domain/query/sort.ts';
import { OpaqueValue } from '../../../domain/value/bson.ts';
import type { Value } from '../../../domain/value/value.ts';
import { type KeysetColumn, keysetCondition } from '../sql/keyset-condition.ts';
import {
  assuming,
  joinSql,
  type SqlAssumption,
  type SqlFragment,
  sql,
  trustedSql,
} from '../sql/sql-fragment.ts';
import { indexForSort, type NumberedIndex, servesOrder } from './mysql-index.ts';
import { keyColumns, rank, specialColumn } from './mysql-index-columns.ts';
import { pathSource } from './mysql-paths.ts';
import { jsonOperand } from './mysql-values.ts';

/**
 * An order by the columns of an index. Documents of which they do not say all (`special`) are read apart, sorted by the
 * domain and merged in; `find` does that.
 */
export interface MysqlOrder extends SqlFragment {
  readonly sort: Sort;
  /** Undefined: there are none. */
  readonly special: SqlFragment | undefined;
}

export function isMysqlOrder(order: SqlFragment): order is MysqlOrder {
  return 'sort' in order;
}

/** Where a page starts: a condition on the ordered documents; the special ones are compared with the key itself. */
export interface AfterAssumption extends SqlAssumption {
  readonly after: readonly (Value | undefined)[];
}

export function isAfter(assumption: SqlAssumption): assumption is AfterAssumption {
  return 'after' in assumption;
}

/** Undefined where no index holds the fields: then the service sorts. */
export function mysqlSort(sort: Sort, { indexes }: PlanContext): NativeSort<SqlFragment> | undefined {
  if (sort.some(({ path }) => pathSource(path) === undefined)) return undefined;
  const plain = sort.every(({ path }) => pathSource(path)?.kind === 'column');
  const index = plain ? undefined : indexForSort(sort, indexes);
  if (!plain && index === undefined) return undefined;
  const fields = sort.map((field) => orderField(field, index));
  const terms = fields.flatMap(({ columns, field }) =>
    columns.map((column) => sql`${column}${trustedSql(field.direction === 1 ? ' ASC' : ' DESC')}`),
  );
  const special = index && specialColumn(index.number);
  const native: MysqlOrder = { ...joinSql(terms, ', '), sort, special };
  const after = (key: readonly (Value | undefined)[]): SqlFragment | undefined => afterKey(fields, key);
  const [first] = sort;
  const byId = first !== undefined && samePath(first.path, ['_id']);
  if (byId) return { native, after, index: '_id_' };
  return index !== undefined && servesOrder(index, sort)
    ? { native, after, index: index.name }
    : { native, after };
}

interface OrderField {
  readonly field: SortField;
  readonly columns: readonly SqlFragment[];
  /** The values of the columns for a value of the key; undefined: the columns cannot hold it. */
  readonly values: (value: Value | undefined) => readonly SqlFragment[] | undefined;
}

function orderField(field: SortField, index: NumberedIndex | undefined): OrderField {
  const source = pathSource(field.path);
  const place = index?.keys.findIndex(({ path }) => samePath(path, field.path)) ?? -1;
  if (index === undefined || source?.kind === 'column' || place < 0) {
    const column = source?.kind === 'column' ? source.column : 'id';
    const isNumber = column === 'version';
    const values = (value: Value | undefined): readonly SqlFragment[] | undefined => {
      if (isNumber) return typeof value === 'number' ? [sql`CAST(${value} AS DOUBLE)`] : undefined;
      return typeof value === 'string' ? [sql`${value}`] : undefined;
    };
    return { field, columns: [trustedSql(column)], values };
  }
  const columns = keyColumns(index.number, place);
  return { field, columns: [columns.rank, columns.number, columns.text], values: keyValues };
}

function keyValues(value: Value | undefined): readonly SqlFragment[] | undefined {
  const key = (type: number, number: number, text: string): readonly SqlFragment[] => [
    trustedSql(String(type)),
    sql`CAST(${number} AS DOUBLE)`,
    sql`${text}`,
  ];
  // An empty array stands before null.
  if (value instanceof OpaqueValue && value.type === 'undefined') return key(0, 0, '');
  const operand = jsonOperand(value ?? null);
  if (operand === undefined) return undefined;
  if (operand === null) return key(rank.null, 0, '');
  if (typeof operand === 'number') return key(rank.number, operand, '');
  if (typeof operand === 'string') return key(rank.string, 0, operand);
  if (typeof operand === 'boolean') return key(rank.bool, Number(operand), '');
  // No ordered document has an object or array there.
  return key(Array.isArray(operand) ? rank.array : rank.object, 0, '');
}

function afterKey(
  fields: readonly OrderField[],
  key: readonly (Value | undefined)[],
): SqlFragment | undefined {
  const columns: KeysetColumn[] = [];
  for (const [i, { field, columns: names, values }] of fields.entries()) {
    const found = values(key[i]);
    if (found === undefined) return undefined;
    for (const [n, expression] of names.entries())
      columns.push({ expression, direction: field.direction, value: found[n], nullable: false });
  }
  const assumption: AfterAssumption = { name: 'ordered documents', refutedBy: sql`FALSE`, after: key };
  return assuming(assumption, keysetCondition(columns), sql`TRUE`);
}
