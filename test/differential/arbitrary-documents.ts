import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';

/** Few values and few names, so that generated filters meet generated documents. */
export const scalar: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2, max: 5 }) },
  { weight: 2, arbitrary: fc.constantFrom(0.5, -0.5, 1.5, 2147483648, 9007199254740991, 1e21, 5e-324) },
  {
    weight: 5,
    arbitrary: fc.constantFrom('', 'a', 'b', 'B', 'ab', 'é', '\uFFFD', '\u{1F600}', '1', 'null', 'a%_b', "'"),
  },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constant(null) },
);

export const fieldName = fc.constantFrom('a', 'b', 'c', '0');

export const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json; array: Json; object: JsonObject }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: scalar },
      { weight: 2, arbitrary: tie('array') },
      { weight: 2, arbitrary: tie('object') },
    ),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(fieldName, tie('value'), { maxKeys: 3, noNullPrototype: true }).map(inKeyOrder),
  }),
).value;

/** Some databases keep an object's fields in their own order; so that this is no difference, all are in that order. */
function inKeyOrder(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The data of one document. */
export const documentData: fc.Arbitrary<JsonObject> = fc
  .dictionary(fieldName, value, { maxKeys: 4, noNullPrototype: true })
  .map(inKeyOrder);

export const path = fc.constantFrom('a', 'b', 'c', 'a.b', 'a.a', 'b.c', 'a.0', 'a.b.c', 'c.1', 'b.0.a', '0');
