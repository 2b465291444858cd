import type { DocumentId } from '../../../domain/document/document.ts';
import { systemFields } from '../../../domain/document/system-fields.ts';
import { pathToString } from '../../../domain/query/path.ts';
import type { Sort, SortField } from '../../../domain/query/sort.ts';
import type { Value } from '../../../domain/value/value.ts';
import { allOf, anyOf } from './mongodb-filter.ts';
import { isAmbiguousId } from './mongodb-ids.ts';
import { renderSystemField } from './mongodb-system-fields.ts';
import { type BsonDocument, toBson, toValue } from './mongodb-values.ts';

/** The operator of our own that stands for a condition which only the stored document can tell; see `resolveKeyset`. */
const pending = '$keyset';

/**
 * "Comes after `key` in this order", exactly as MongoDB sorts: types are bracketed, missing is null, and an array is
 * sorted by its least element (descending: its greatest). An id that several stored values read as is looked up when
 * the query runs. https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export function afterKey(sort: Sort, key: readonly (Value | undefined)[]): BsonDocument | undefined {
  const plain = key.map((value) => value ?? null);
  const at = sort.findIndex(({ path }) => path.length === 1 && path[0] === '_id');
  const id = plain[at];
  if (typeof id !== 'string' || !isAmbiguousId(id)) return render(sort, plain);
  const keyset: PendingKeyset = { id, sort, key: plain };
  return render(sort, plain) && { [pending]: keyset };
}

interface PendingKeyset {
  readonly id: DocumentId;
  readonly sort: Sort;
  readonly key: readonly Value[];
}

/**
 * Completes the conditions that `afterKey` left open: what the document with that id really holds in its system
 * fields (an ObjectId, no dates) takes the place of what the API shows of it.
 */
export async function resolveKeyset(
  filter: BsonDocument,
  lookUp: (id: DocumentId) => Promise<BsonDocument | undefined>,
): Promise<BsonDocument> {
  const keyset = filter[pending] as PendingKeyset | undefined;
  if (keyset !== undefined) {
    const stored = await lookUp(keyset.id);
    return render(keyset.sort, stored === undefined ? keyset.key : storedKey(keyset, stored)) ?? {};
  }
  if (!Array.isArray(filter.$and)) return filter;
  return { ...filter, $and: await Promise.all(filter.$and.map((part) => resolveKeyset(part, lookUp))) };
}

function storedKey({ sort, key }: PendingKeyset, stored: BsonDocument): readonly Value[] {
  return sort.map(({ path }, index) => {
    const [field = '', ...more] = path;
    if (more.length > 0 || !systemFields.has(field) || field === '_metadata') return key[index] ?? null;
    return toValue(stored[field] ?? null);
  });
}

function render(sort: Sort, key: readonly Value[]): BsonDocument | undefined {
  const alternatives: BsonDocument[] = [];
  const ties: BsonDocument[] = [];
  for (const [index, field] of sort.entries()) {
    const value = key[index] ?? null;
    const rank = rankOf(toBson(value));
    if (rank === undefined) return undefined;
    alternatives.push(allOf([...ties, beyond(field, value, rank)]));
    ties.push(tied(field, value, rank));
  }
  return anyOf(alternatives);
}

/** The types in sort order, by their names for `$type`; `array` means an array within the array. */
const ranks = [
  'emptyArray',
  'null',
  'number',
  'string',
  'object',
  'array',
  'binData',
  'objectId',
  'bool',
  'date',
  'timestamp',
  'regex',
] as const;
type Rank = (typeof ranks)[number];

function rankOf(value: unknown): Rank | undefined {
  if (value === undefined) return 'emptyArray';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : 'number';
  if (value instanceof Date) return 'date';
  if (Array.isArray(value)) return 'array';
  const type = (value as { _bsontype?: string })._bsontype;
  return type === undefined ? 'object' : bsonRanks[type];
}

const bsonRanks: Readonly<Record<string, Rank>> = {
  ObjectId: 'objectId',
  Long: 'number',
  Int32: 'number',
  Double: 'number',
  Decimal128: 'number',
  Binary: 'binData',
  Timestamp: 'timestamp',
  BSONRegExp: 'regex',
};

/** Some value of the field is of one of these types. */
function ofRanks(path: string, wanted: readonly Rank[]): readonly BsonDocument[] {
  const types = wanted.filter((rank) => rank !== 'null' && rank !== 'array' && rank !== 'emptyArray');
  return [
    ...(wanted.includes('emptyArray') ? [{ [path]: { $size: 0 } }] : []),
    ...(wanted.includes('null') ? [{ [path]: null }] : []),
    ...(types.length > 0 ? [{ [path]: { $type: types } }] : []),
    ...(wanted.includes('array') ? [{ [path]: { $elemMatch: { $type: 'array' } } }] : []),
  ];
}

/** Some value of the field lies on that side of `value`, in the order over all types. */
function some(path: string, op: 'lt' | 'gt', value: Value, rank: Rank): BsonDocument {
  const at = ranks.indexOf(rank);
  const others = ofRanks(path, op === 'lt' ? ranks.slice(0, at) : ranks.slice(at + 1));
  return anyOf([...(rank === 'null' || rank === 'emptyArray' ? [] : [compare(path, op, value)]), ...others]);
}

function compare(path: string, op: 'eq' | 'lt' | 'gt', value: Value): BsonDocument {
  const leaf = { kind: 'compare', path: path.split('.'), op, value } as const;
  const isDate = path === '_created_at' || path === '_updated_at';
  return (isDate && renderSystemField(leaf)) || { [path]: { [`$${op}`]: toBson(value) } };
}

function equal(path: string, value: Value, rank: Rank): BsonDocument {
  return rank === 'emptyArray' ? { [path]: { $size: 0 } } : compare(path, 'eq', value);
}

/** The sort key lies beyond: some value does, and none lies at `value` or before it. */
function beyond({ path, direction }: SortField, value: Value, rank: Rank): BsonDocument {
  const name = pathToString(path);
  if (name === '_id') return some(name, direction === 1 ? 'gt' : 'lt', value, rank);
  const [ahead, back] = direction === 1 ? (['gt', 'lt'] as const) : (['lt', 'gt'] as const);
  return allOf([
    some(name, ahead, value, rank),
    { $nor: [equal(name, value, rank), some(name, back, value, rank)] },
  ]);
}

/** The sort key is `value`: some value is, and none lies before it. */
function tied({ path, direction }: SortField, value: Value, rank: Rank): BsonDocument {
  const name = pathToString(path);
  const back = direction === 1 ? 'lt' : 'gt';
  return allOf([equal(name, value, rank), { $nor: [some(name, back, value, rank)] }]);
}
