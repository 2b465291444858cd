import { BSONRegExp } from 'mongodb';
import { isJsonObject } from '../../../application/query-language/parse-scope.ts';
import { assertNever } from '../../../domain/assert-never.ts';
import type { BitsLeaf, Filter, InLeaf, Leaf, Pattern } from '../../../domain/query/filter.ts';
import { type Path, pathToString } from '../../../domain/query/path.ts';
import type { Value } from '../../../domain/value/value.ts';
import { renderElementCondition } from './mongodb-element-condition.ts';
import { renderSystemField } from './mongodb-system-fields.ts';
import { type BsonDocument, isBsonDocument, toBson, toBsonDocument } from './mongodb-values.ts';

/** Where a filter stands. */
export interface FilterPlace {
  /** Put before every path: the name of an array filter. */
  readonly prefix: Path;
  /**
   * Whether `_id`, `_version` and the dates are the service's own, whose stored form differs from what the API shows;
   * not so behind a `$group` or within an element.
   */
  readonly systemFields: boolean;
}

export const documentPlace: FilterPlace = { prefix: [], systemFields: true };
export const plainPlace: FilterPlace = { prefix: [], systemFields: false };

/** A filter as MongoDB's query, built from the tree alone; undefined when the query language has no form for it. */
export function renderFilter(filter: Filter, place: FilterPlace = documentPlace): BsonDocument | undefined {
  switch (filter.kind) {
    case 'everything':
      return {};
    case 'nothing':
      return nothing;
    case 'collated':
      return undefined;
    case 'and':
    case 'or': {
      const parts = filter.of.map((part) => renderFilter(part, place));
      if (!parts.every((part) => part !== undefined)) return undefined;
      return filter.kind === 'and' ? allOf(parts) : anyOf(parts);
    }
    case 'not': {
      const part = renderFilter(filter.of, place);
      return part && negate(part);
    }
    default:
      return renderLeaf(filter, place);
  }
}

const nothing: BsonDocument = { $nor: [{}] };

export function allOf(parts: readonly BsonDocument[]): BsonDocument {
  const [first, ...more] = parts.filter((part) => Object.keys(part).length > 0);
  if (first === undefined) return {};
  return more.length === 0 ? first : { $and: [first, ...more] };
}

export function anyOf(parts: readonly BsonDocument[]): BsonDocument {
  const [first, ...more] = parts;
  if (first === undefined) return nothing;
  return more.length === 0 ? first : { $or: [first, ...more] };
}

const opposites: Readonly<Record<string, string>> = { $eq: '$ne', $in: '$nin' };

/** `$ne`, `$nin`, `$exists: false` and `$not` where one field has one condition, so that indexes serve; else `$nor`. */
export function negate(part: BsonDocument): BsonDocument {
  const [entry, ...more] = Object.entries(part);
  if (entry === undefined || more.length > 0 || entry[0].startsWith('$')) return { $nor: [part] };
  const [path, condition] = entry;
  const [operation, ...others] = isBsonDocument(condition) ? Object.entries(condition) : [];
  if (operation === undefined || others.length > 0) return { $nor: [part] };
  const [operator, operand] = operation;
  const opposite = opposites[operator];
  if (opposite !== undefined) return { [path]: { [opposite]: operand } };
  return operator === '$exists' ? { [path]: { $exists: operand !== true } } : { $nor: [part] };
}

/** One leaf as MongoDB's query, exact; undefined when the query language has no form for it. */
export function renderLeaf(leaf: Leaf, place: FilterPlace): BsonDocument | undefined {
  if (leaf.kind === 'expr') return { $expr: toBson(leaf.source) };
  if (leaf.kind === 'jsonSchema') return { $jsonSchema: toBson(leaf.source) };
  if (leaf.kind === 'text') return { $text: toBson(leaf.source) };
  const path = pathToString([...place.prefix, ...leaf.path]);
  const special = place.systemFields ? renderSystemField(leaf) : undefined;
  if (special !== undefined) return special;
  if (leaf.kind === 'in' && leaf.values.some(isOperatorLike)) return anyOf(spreadIn(leaf, path));
  const condition = renderCondition(leaf);
  return condition && { [path]: condition };
}

/** What is asked of one value: `{$gt: 5}`. */
export function renderCondition(
  leaf: Exclude<Leaf, { kind: 'expr' | 'jsonSchema' | 'text' }>,
): BsonDocument | undefined {
  switch (leaf.kind) {
    case 'compare':
      return { [`$${leaf.op}`]: toBson(leaf.value) };
    case 'in':
      return { $in: [...leaf.values.map((value) => toBson(value)), ...leaf.patterns.map(toPattern)] };
    case 'exists':
      return { $exists: true };
    case 'type':
      return { $type: [...leaf.types] };
    case 'regex':
      return { $regex: leaf.pattern, $options: optionsOf(leaf) };
    case 'size':
      return { $size: leaf.size };
    case 'mod':
      return { $mod: [toBson(leaf.divisor), toBson(leaf.remainder)] };
    case 'bits':
      return { [bitsOperators[leaf.test]]: [...leaf.positions] };
    case 'elemMatch': {
      const element =
        leaf.element === 'document' ? renderFilter(leaf.of, plainPlace) : renderElementCondition(leaf.of);
      return element && { $elemMatch: element };
    }
    case 'geo':
      return toBsonDocument(isJsonObject(leaf.source) ? leaf.source : {});
    default:
      return assertNever(leaf);
  }
}

const bitsOperators: Readonly<Record<BitsLeaf['test'], string>> = {
  allSet: '$bitsAllSet',
  allClear: '$bitsAllClear',
  anySet: '$bitsAnySet',
  anyClear: '$bitsAnyClear',
};

/** MongoDB matches UTF-8 always; the flag `u` says just that. */
function optionsOf(pattern: Pattern): string {
  return pattern.flags.replace('u', '');
}

function toPattern(pattern: Pattern): BSONRegExp {
  return new BSONRegExp(pattern.pattern, optionsOf(pattern));
}

/** MongoDB refuses objects that look like operators within `$in`, though as values they are sound. */
function isOperatorLike(value: Value): boolean {
  const bson = toBson(value);
  return isBsonDocument(bson) && Object.keys(bson)[0]?.startsWith('$') === true;
}

function spreadIn(leaf: InLeaf, path: string): BsonDocument[] {
  const plain = leaf.values.filter((value) => !isOperatorLike(value));
  const others = leaf.values.filter(isOperatorLike);
  return [
    ...others.map((value) => ({ [path]: { $eq: toBson(value) } })),
    { [path]: { $in: [...plain.map((value) => toBson(value)), ...leaf.patterns.map(toPattern)] } },
  ];
}
