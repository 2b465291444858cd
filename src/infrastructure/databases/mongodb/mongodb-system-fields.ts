import type { CompareLeaf, Leaf } from '../../../domain/query/filter.ts';
import type { Value } from '../../../domain/value/value.ts';
import { idCandidates } from './mongodb-ids.ts';
import { type BsonDocument, toBson } from './mongodb-values.ts';

/**
 * Conditions on fields whose stored form differs from what the API shows: an `_id` that may be an ObjectId or a
 * number, the dates, and the `_version` that documents of other programs lack (it reads as 1). Undefined: there is
 * nothing special about this one.
 */
export function renderSystemField(leaf: Leaf): BsonDocument | undefined {
  if (leaf.kind !== 'compare' && leaf.kind !== 'in' && leaf.kind !== 'exists') return undefined;
  const [field, ...more] = leaf.path;
  if (field === undefined || more.length > 0) return undefined;
  if (field === '_id' && leaf.kind !== 'exists') return idLeaf(leaf);
  if (field === '_version') return versionLeaf(leaf);
  if ((field === '_created_at' || field === '_updated_at') && leaf.kind !== 'exists')
    return dateLeaf(field, leaf);
  return undefined;
}

type ValueLeaf = Extract<Leaf, { kind: 'compare' | 'in' }>;

function idLeaf(leaf: ValueLeaf): BsonDocument | undefined {
  if (leaf.kind === 'in') {
    if (leaf.patterns.length > 0) return undefined;
    return { _id: { $in: leaf.values.flatMap(idValues) } };
  }
  const candidates = idValues(leaf.value);
  if (candidates.length === 1) return { _id: { [`$${leaf.op}`]: candidates[0] } };
  if (leaf.op === 'eq') return { _id: { $in: candidates } };
  return { $or: candidates.map((candidate) => ({ _id: { [`$${leaf.op}`]: candidate } })) };
}

function idValues(value: Value): readonly unknown[] {
  return typeof value === 'string' ? idCandidates(value) : [toBson(value)];
}

function versionLeaf(leaf: Extract<Leaf, { kind: 'compare' | 'in' | 'exists' }>): BsonDocument | undefined {
  if (leaf.kind === 'exists') return {};
  if (leaf.kind === 'in') {
    const others = leaf.values.includes(1) ? [null] : [];
    return leaf.patterns.length > 0
      ? undefined
      : { _version: { $in: [...leaf.values.map((v) => toBson(v)), ...others] } };
  }
  const stored = { _version: { [`$${leaf.op}`]: toBson(leaf.value) } };
  return holdsForOne(leaf) ? { $or: [stored, { _version: null }] } : stored;
}

function holdsForOne({ op, value }: CompareLeaf): boolean {
  if (typeof value !== 'number') return false;
  switch (op) {
    case 'eq':
      return value === 1;
    case 'gt':
      return 1 > value;
    case 'gte':
      return 1 >= value;
    case 'lt':
      return 1 < value;
    case 'lte':
      return 1 <= value;
  }
}

function dateLeaf(field: string, leaf: ValueLeaf): BsonDocument | undefined {
  if (leaf.kind === 'in') {
    const values = leaf.values.map(
      (value) => (typeof value === 'string' ? parseInstant(value) : undefined) ?? toBson(value),
    );
    return leaf.patterns.length > 0 ? undefined : { [field]: { $in: values } };
  }
  if (typeof leaf.value !== 'string') return undefined;
  const instant = parseInstant(leaf.value);
  if (instant !== undefined) return { [field]: { [`$${leaf.op}`]: instant } };
  if (leaf.op === 'eq') return { [field]: { $in: [] } };
  const bound = firstInstantFrom(leaf.value);
  const after = leaf.op === 'gt' || leaf.op === 'gte';
  return { [field]: { [after ? '$gte' : '$lt']: bound } };
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function parseInstant(text: string): Date | undefined {
  const date = rfc3339.test(text) ? new Date(text) : undefined;
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

const firstMillisecond = Date.parse('0000-01-01T00:00:00.000Z');
const lastMillisecond = Date.parse('9999-12-31T23:59:59.999Z');

/** The first instant whose text does not come before `text`, so that `2024-05` bounds dates as it bounds their texts. */
function firstInstantFrom(text: string): Date {
  let low = firstMillisecond;
  let high = lastMillisecond + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (new Date(middle).toISOString() < text) low = middle + 1;
    else high = middle;
  }
  return new Date(low);
}
