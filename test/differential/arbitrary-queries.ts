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
const accumulator: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.constantFrom('$sum', '$avg', '$min', '$max', '$push', '$addToSet', '$first'), reference)
  .map(([name, of]) => ({ [name]: of }));

const stage: fc.Arbitrary<JsonObject> = fc.oneof(
  filter.map(($match) => ({ $match })),
  sort.map((order) => ({ $sort: { ...order, _id: 1 } })),
  fc.integer({ min: 0, max: 4 }).map(($skip) => ({ $skip })),
  fc.integer({ min: 1, max: 20 }).map(($limit) => ({ $limit })),
  reference.map((path_) => ({ $unwind: path_ })),
  fc
    .tuple(reference, fc.boolean())
    .map(([path_, keep]) => ({ $unwind: { path: path_, preserveNullAndEmptyArrays: keep } })),
  fc.subarray(['a', 'b', 'a.b'], { minLength: 1 }).map((names) => ({ $project: project(names) })),
);

/** `a` and `a.b` in one projection collide. */
function project(names: readonly string[]): JsonObject {
  const kept = names.includes('a') ? names.filter((name) => name !== 'a.b') : names;
  return Object.fromEntries(kept.map((name) => [name, 1]));
}

const last: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constant({ $count: 'n' }),
  fc
    .tuple(fc.oneof(reference, fc.constant(null)), accumulator, accumulator)
    .map(([_id, one, two]) => ({ $group: { _id, n: { $sum: 1 }, one, two } })),
  reference.map(($sortByCount) => ({ $sortByCount })),
);

/** Some stages, sometimes a grouping at the end; `$sort` by `_id` first makes `$first`, `$push`, `$skip` determinate. */
export const pipeline: fc.Arbitrary<readonly JsonObject[]> = fc
  .tuple(fc.option(filter), fc.array(stage, { maxLength: 3 }), fc.option(last))
  .map(([match, stages, end]) => [
    ...(match === null ? [] : [{ $match: match }]),
    { $sort: { _id: 1 } },
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
