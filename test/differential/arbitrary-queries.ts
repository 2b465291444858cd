import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { path, scalar, value } from './arbitrary-documents.ts';

const typeName = fc.constantFrom(
  'number',
  'int',
  'long',
  'double',
  'string',
  'bool',
  'null',
  'array',
  'object',
);
const pattern = fc.constantFrom('^a', 'b$', 'A', '.', '^$', 'a%', '[ab]+');

const operator: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 8, arbitrary: operatorOf(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'], fc.oneof(scalar, value)) },
  { weight: 3, arbitrary: operatorOf(['$in', '$nin'], fc.array(fc.oneof(scalar, value), { maxLength: 4 })) },
  { weight: 2, arbitrary: fc.boolean().map((exists) => ({ $exists: exists })) },
  { weight: 2, arbitrary: typeName.map((type) => ({ $type: type })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((size) => ({ $size: size })) },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }).map((all) => ({ $all: all })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(2, 3, -2), fc.integer({ min: -1, max: 2 }))
      .map((mod) => ({ $mod: mod })),
  },
  { weight: 1, arbitrary: operatorOf(['$bitsAllSet', '$bitsAnyClear'], fc.integer({ min: 0, max: 7 })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(pattern, fc.constantFrom('', 'i'))
      .map(([$regex, $options]) => ({ $regex, $options })),
  },
  { weight: 1, arbitrary: operatorOf(['$gt', '$lt', '$eq'], scalar).map(($elemMatch) => ({ $elemMatch })) },
  { weight: 1, arbitrary: fc.tuple(path, scalar).map(([name, is]) => ({ $elemMatch: { [name]: is } })) },
);

function operatorOf(names: readonly string[], operand: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc.tuple(fc.constantFrom(...names), operand).map(([name, is]) => ({ [name]: is }));
}

const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(path, fc.oneof(scalar, value)).map(([name, is]) => equality(name, is)) },
  { weight: 6, arbitrary: fc.tuple(path, operator).map(([name, is]) => ({ [name]: is })) },
  {
    weight: 2,
    arbitrary: fc.tuple(path, operator, operator).map(([name, one, two]) => ({ [name]: { ...one, ...two } })),
  },
  { weight: 1, arbitrary: fc.tuple(path, operator).map(([name, is]) => ({ [name]: { $not: is } })) },
  {
    weight: 1,
    arbitrary: fc.tuple(path, scalar).map(([name, is]) => ({ $expr: { $gte: [`$${name}`, is] } })),
  },
);

/** A plain object as operand would read as operators when a field starts with `$`; ours never do. */
function equality(name: string, is: Json): JsonObject {
  return { [name]: is };
}

export const filter: fc.Arbitrary<JsonObject> = fc.letrec<{ filter: JsonObject }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: condition },
    {
      weight: 2,
      arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map(($and) => ({ $and })),
    },
    { weight: 2, arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })) },
    {
      weight: 1,
      arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 2 }).map(($nor) => ({ $nor })),
    },
  ),
})).filter;

const direction = fc.constantFrom(1, -1);
export const sort: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(fc.oneof(path, fc.constant('id')), direction), { maxLength: 3 })
  .map((fields) => Object.fromEntries(fields));

export const page = fc.record({
  skip: fc.constantFrom(0, 0, 1, 5),
  limit: fc.constantFrom(undefined, 3, 10),
});

const reference = path.filter((name) => !/\d/.test(name)).map((name) => `$${name}`);
const operand: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: reference },
  fc.constant(1),
  fc.constant('$$ROOT'),
);

/** One that does not depend on the order of the documents, by the name of the field that it goes to. */
const unorderedField: fc.Arbitrary<readonly [string, JsonObject]> = fc.oneof(
  fc
    .tuple(fc.constantFrom('$sum', '$avg', '$min', '$max'), operand)
    .map(([name, of]) => [name.slice(1), { [name]: of }] as const),
  reference.map((of) => ['set', { $addToSet: of }] as const),
  fc.constant(['count', { $count: {} }] as const),
);
const orderedField: fc.Arbitrary<readonly [string, JsonObject]> = fc
  .tuple(fc.constantFrom('$push', '$first', '$last'), operand)
  .map(([name, of]) => [name.slice(1), { [name]: of }]);

/** The collection that `$lookup` joins with itself. */
export const collection = 'differential';
const lookup: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.constantFrom(collection, collection, 'nothing_here'),
    fc.constantFrom('a', 'b', '_id', 'a.b'),
    path,
  )
  .map(([from, localField, foreignField]) => ({ $lookup: { from, localField, foreignField, as: 'set' } }));

/** Stages whose answer does not depend on the order of the documents. */
const unorderedStage: fc.Arbitrary<JsonObject> = fc.oneof(
  filter.map(($match) => ({ $match })),
  reference.map((path_) => ({ $unwind: path_ })),
  fc.tuple(reference, fc.boolean(), fc.constantFrom(undefined, 'i', 'b')).map(([path_, keep, index]) => ({
    $unwind: {
      path: path_,
      preserveNullAndEmptyArrays: keep,
      ...(index === undefined ? {} : { includeArrayIndex: index }),
    },
  })),
  fc.subarray(['a', 'b', 'a.b', '_id'], { minLength: 1 }).map((names) => ({ $project: project(names) })),
  fc.subarray(['a', 'b', '_version'], { minLength: 1 }).map(($unset) => ({ $unset })),
  lookup,
);

const stage: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 3, arbitrary: unorderedStage },
  { weight: 1, arbitrary: sort.map((order) => ({ $sort: { ...order, _id: 1 } })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }).map(($skip) => ({ $skip })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map(($limit) => ({ $limit })) },
);

/** `a` and `a.b` in one projection collide. */
function project(names: readonly string[]): JsonObject {
  const kept = names.includes('a') ? names.filter((name) => name !== 'a.b') : names;
  return Object.fromEntries(kept.map((name) => [name, 1]));
}

const groupId: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: reference },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.tuple(reference, reference).map(([x, y]) => ({ x, y })) },
);

function grouping(field: fc.Arbitrary<readonly [string, JsonObject]>): fc.Arbitrary<JsonObject> {
  const fields = fc.array(field, { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
  const bucket = fc.tuple(reference, boundaries, fields).map(([groupBy, bounds, output]) => ({
    $bucket: { groupBy, boundaries: bounds, default: 'other', output: { n: { $sum: 1 }, ...output } },
  }));
  const facet = fc
    .tuple(fc.array(unorderedStage, { minLength: 1, maxLength: 2 }), fields)
    .map(([stages, of]) => ({ $facet: { set: stages, setOfGroups: [{ $group: { _id: '$a', ...of } }] } }));
  return fc.oneof(
    { weight: 1, arbitrary: facet },
    { weight: 1, arbitrary: fc.constant({ $count: 'n' }) },
    {
      weight: 4,
      arbitrary: fc.tuple(groupId, fields).map(([_id, of]) => ({ $group: { _id, n: { $sum: 1 }, ...of } })),
    },
    { weight: 1, arbitrary: bucket },
    { weight: 1, arbitrary: groupId.map(($sortByCount) => ({ $sortByCount })) },
  );
}

const boundaries: fc.Arbitrary<Json> = fc.constantFrom([-1, 0, 2, 5], ['', 'a', 'b'], [0, 9007199254740991]);

/** Some stages, sometimes a grouping at the end; what depends on the order of the documents only behind a `$sort`. */
export const pipeline: fc.Arbitrary<readonly JsonObject[]> = fc
  .tuple(
    fc.option(filter),
    fc.oneof(
      fc.tuple(
        fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: sort }),
        fc.array(stage, { maxLength: 3 }),
        fc.option(grouping(fc.oneof(unorderedField, orderedField))),
      ),
      fc.tuple(
        fc.constant(null),
        fc.array(unorderedStage, { maxLength: 3 }),
        fc.option(grouping(unorderedField), { freq: 6 }),
      ),
    ),
  )
  .map(([match, [order, stages, end]]) => [
    ...(match === null ? [] : [{ $match: match }]),
    ...(order === null ? [] : [{ $sort: { ...order, _id: 1 } }]),
    ...stages,
    ...(end === null ? [] : [end]),
  ]);

export const update: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.tuple(path, value).map(([name, is]) => ({ $set: { [name]: is } })),
  path.map((name) => ({ $unset: { [name]: '' } })),
  fc.tuple(path, fc.integer({ min: -2, max: 3 })).map(([name, by]) => ({ $inc: { [name]: by } })),
  fc.tuple(path, fc.constantFrom(2, 0.5)).map(([name, by]) => ({ $mul: { [name]: by } })),
  fc.tuple(fc.constantFrom('$min', '$max'), path, scalar).map(([name, at, is]) => ({ [name]: { [at]: is } })),
  fc
    .tuple(fc.constantFrom('$push', '$addToSet', '$pull'), path, scalar)
    .map(([name, at, is]) => ({ [name]: { [at]: is } })),
  fc.tuple(path, direction).map(([name, end]) => ({ $pop: { [name]: end } })),
);
