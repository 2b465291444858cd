import type { NativeSort, PlanContext } from '../../../application/ports/dialect.ts';
import type { Sort, SortField } from '../../../domain/query/sort.ts';
import type { JsonObject, Value } from '../../../domain/value/value.ts';
import type { ElasticsearchFragment } from './elasticsearch-fragment.ts';
import { recordOf } from './elasticsearch-index-record.ts';
import { orderKey } from './elasticsearch-order-key.ts';

/** A field of the mapping that orders documents, and how a value of the sort key stands in it. */
interface OrderField {
  readonly field: string;
  readonly direction: 1 | -1;
  readonly keyOf: (value: Value | undefined) => string | number | undefined;
}

/** By system fields, and by the fields of the API's indexes, for which every document has an order key. */
export function elasticsearchSort(
  sort: Sort,
  context: PlanContext,
): NativeSort<ElasticsearchFragment> | undefined {
  // Fields that lead into one array are sorted by one of its elements together, which separate keys do not tell.
  if (new Set(sort.map(({ path }) => path[0])).size < sort.length) return undefined;
  const fields: OrderField[] = [];
  for (const one of sort) {
    const field = orderField(one, context);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  const native = {
    query: {},
    sort: fields.map(({ field, direction }) => ({ [field]: direction === 1 ? 'asc' : 'desc' })),
  };
  const index = sort.length === 1 && sort[0]?.path[0] === '_id' ? '_id_' : indexOf(sort, context);
  const after = (key: readonly (Value | undefined)[]) => keyset(fields, key);
  return index === undefined ? { native, after } : { native, after, index };
}

function orderField({ path, direction }: SortField, { indexes }: PlanContext): OrderField | undefined {
  const name = path.join('.');
  const system = systemOrder.get(name);
  if (system !== undefined) return { field: system, direction, keyOf: scalar };
  for (const definition of indexes) {
    const place = definition.keys.findIndex((key) => key.path.join('.') === name);
    const record = recordOf(definition);
    if (place === -1 || record?.state !== 'ready' || !record.ordered) continue;
    return { field: `order.${slotName(record.key, place, direction)}`, direction, keyOf: orderKey };
  }
  return undefined;
}

const systemOrder: ReadonlyMap<string, string> = new Map([
  ['_id', 'id'],
  ['_version', 'version'],
  ['_created_at', 'created_at'],
  ['_updated_at', 'updated_at'],
]);

function scalar(value: Value | undefined): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** An array is sorted by its least element one way and by its greatest the other: two keys. */
export function slotName(key: string, place: number, direction: 1 | -1): string {
  return `${key}_${place}${direction === 1 ? 'a' : 'd'}`;
}

function indexOf(sort: Sort, { indexes }: PlanContext): string | undefined {
  const first = sort[0]?.path.join('.');
  return indexes.find(({ keys }) => keys[0]?.path.join('.') === first)?.name;
}

/** "Comes after the key": beyond it in one field, equal to it in those before. */
function keyset(
  fields: readonly OrderField[],
  key: readonly (Value | undefined)[],
): ElasticsearchFragment | undefined {
  const should: JsonObject[] = [];
  const equal: JsonObject[] = [];
  for (const [i, { field, direction, keyOf }] of fields.entries()) {
    const value = keyOf(key[i]);
    if (value === undefined) return undefined;
    const beyond = { range: { [field]: { [direction === 1 ? 'gt' : 'lt']: value } } };
    should.push({ bool: { filter: [...equal, beyond] } });
    equal.push({ term: { [field]: value } });
  }
  return { query: { bool: { should, minimum_should_match: 1 } } };
}
