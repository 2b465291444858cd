import { expect, test } from 'vitest';
import type { JsonSchema } from '../query/json-schema.ts';
import type { Value } from '../value/value.ts';
import { compileJsonSchema } from './compile-json-schema.ts';

const pattern = (source: string) => ({ pattern: source, flags: '' });

test.each<[string, JsonSchema, readonly Value[], readonly Value[]]>([
  ['types', { types: ['string', 'number'] }, ['a', 1, 1.5], [null, true, []]],
  [
    'enum, whatever the order of fields',
    { enum: [{ a: 1, b: 2 }, null] },
    [{ b: 2, a: 1 }, null],
    [{ a: 1 }],
  ],
  ['bounds', { minimum: 1, maximum: 3, exclusiveMaximum: true }, [1, 2.9, 'x'], [0.9, 3, Number.NaN]],
  ['multiples in decimal', { multipleOf: 0.1 }, [0.3, 1, -0.2], [0.35, Number.POSITIVE_INFINITY]],
  ['lengths in code points', { minLength: 2, maxLength: 2 }, ['ab', '😀😀', 5], ['a', '😀', 'abc']],
  ['pattern', { pattern: pattern('^a') }, ['ab', 1], ['b']],
  ['items', { items: { types: ['int'] } }, [[1, 2], [], 'x'], [[1, 'a']]],
  ['tuples', { items: [{ types: ['int'] }], additionalItems: false }, [[1], []], [[1, 2], ['a']]],
  [
    'unique items',
    { uniqueItems: true },
    [[1, true, '1'], []],
    [
      [1, 1.0],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
  ],
  ['required', { required: ['a'] }, [{ a: null }, 5], [{}, { toString: 1 }]],
  ['inherited names are not there', { required: ['toString'] }, [{ toString: 1 }], [{}]],
  ['properties', { properties: { a: { types: ['int'] } } }, [{ a: 1 }, {}, 5], [{ a: 'x' }]],
  [
    'additional properties',
    {
      properties: { a: {} },
      patternProperties: [{ pattern: pattern('^x'), schema: { types: ['int'] } }],
      additionalProperties: false,
    },
    [{ a: 'any', x1: 5 }, {}],
    [{ b: 1 }, { x1: 'no' }],
  ],
  [
    'dependencies',
    { dependencies: { a: ['b'], c: { required: ['d'] } } },
    [{ a: 1, b: 1 }, { c: 1, d: 1 }, {}],
    [{ a: 1 }, { c: 1 }],
  ],
  ['counts', { minProperties: 1, maxProperties: 2 }, [{ a: 1 }], [{}, { a: 1, b: 1, c: 1 }]],
  ['oneOf', { oneOf: [{ multipleOf: 3 }, { multipleOf: 5 }] }, [3, 5], [15, 4]],
  ['not', { not: { anyOf: [{ types: ['int'] }, { allOf: [{}] }] } }, [], [1, 'a']],
])('%s', (_name, schema, valid, invalid) => {
  const test = compileJsonSchema(schema);
  for (const value of valid) expect(test(value), JSON.stringify(value)).toBe(true);
  for (const value of invalid) expect(test(value), JSON.stringify(value)).toBe(false);
});
