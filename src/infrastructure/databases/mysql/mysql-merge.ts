import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { compareSortKeys, sortKey } from '../../../domain/evaluation/sort-key.ts';
import type { Value } from '../../../domain/value/value.ts';
import { andSql } from '../sql/combine-conditions.ts';
import { renderSql } from '../sql/render-sql.ts';
import { type SqlAssumption, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { isAfter, type MysqlOrder } from './mysql-sort.ts';

type Key = readonly (Value | undefined)[];
type Read = (
  query: NativeFind<SqlFragment>,
  refuted?: (assumption: SqlAssumption) => boolean,
) => AsyncIterable<Document>;

interface OrderedFind extends NativeFind<SqlFragment> {
  readonly order: MysqlOrder;
  /** 1 where the columns of the order do not say all. */
  readonly special: SqlFragment;
}

interface Keyed {
  readonly key: Key;
  readonly document: Document;
}

/** Special documents beyond the page that are held before they are sorted out. */
const mostUnsorted = 1_000;

/**
 * A page in exact order: the few special documents are read first and sorted by the domain, then the others come in the
 * order of the index and both are merged.
 */
export async function* specialsFirst(query: OrderedFind, read: Read): AsyncIterable<Document> {
  const { where, order, special, skip, limit } = query;
  const { sort } = order;
  const after = startKey(where);
  const wanted = limit === undefined ? undefined : skip + limit;
  let keyed: Keyed[] = [];
  const inOrder = (a: Keyed, b: Keyed): number => compareSortKeys(a.key, b.key, sort);
  const specials = read(
    { where: both(where, sql`${special} = 1`), order: undefined, skip: 0, limit: undefined },
    isAfter,
  );
  for await (const document of specials) {
    const key = sortKey(flatView(document), sort);
    if (after === undefined || compareSortKeys(key, after, sort) > 0) keyed.push({ key, document });
    // What lies behind the page is not kept, however many special documents there are.
    if (wanted !== undefined && keyed.length > 2 * wanted + mostUnsorted)
      keyed = keyed.sort(inOrder).slice(0, wanted);
  }
  keyed.sort(inOrder);
  const plainSkip = keyed.length === 0 ? skip : 0;
  const plain = read({
    where: both(where, sql`${special} = 0`),
    order,
    skip: plainSkip,
    limit: keyed.length === 0 ? limit : wanted,
  });
  if (keyed.length === 0) return yield* plain;
  let seen = 0;
  for await (const document of merged(keyed, plain, order)) {
    seen += 1;
    if (seen > skip) yield document;
    if (seen === wanted) return;
  }
}

async function* merged(
  specials: readonly Keyed[],
  plain: AsyncIterable<Document>,
  { sort }: MysqlOrder,
): AsyncIterable<Document> {
  let next = 0;
  for await (const document of plain) {
    const key = sortKey(flatView(document), sort);
    for (let special = specials[next]; special !== undefined; special = specials[next]) {
      if (compareSortKeys(special.key, key, sort) > 0) break;
      yield special.document;
      next += 1;
    }
    yield document;
  }
  for (const { document } of specials.slice(next)) yield document;
}

function both(where: SqlFragment | undefined, condition: SqlFragment): SqlFragment {
  return where === undefined ? condition : andSql([condition, where]);
}

/** The key after which the page starts, which the condition carries. */
function startKey(where: SqlFragment | undefined): Key | undefined {
  return where && renderSql(where).assumptions.find(isAfter)?.after;
}
