import type { JsonSchema } from '../query/json-schema.ts';
import { TypedNumber } from '../value/bson.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { isArray, isObject, ownField } from '../value/value-type.ts';
import { canonicalKey } from './canonical-key.ts';
import { compareNumbers } from './compare-numbers.ts';
import { compilePattern } from './compile-pattern.ts';
import { compileTypes } from './compile-types.ts';
import { equalUnordered } from './equal-unordered.ts';
import { isMultiple } from './is-multiple.ts';
import type { ValueTest } from './match-path.ts';

/** Whether a value satisfies a schema; each keyword holds for values of other types than its own. */
export function compileJsonSchema(schema: JsonSchema): ValueTest {
  const tests = [
    ...generalTests(schema),
    ...compositionTests(schema),
    ...numberTests(schema),
    ...stringTests(schema),
    ...arrayTests(schema),
    ...objectTests(schema),
  ];
  return (value) => tests.every((test) => test(value));
}

function generalTests({ types, enum: values }: JsonSchema): readonly ValueTest[] {
  const tests: ValueTest[] = [];
  if (types !== undefined) tests.push(compileTypes(types));
  if (values !== undefined) tests.push((value) => values.some((one) => equalUnordered(one, value)));
  return tests;
}

function compositionTests({ allOf, anyOf, oneOf, not }: JsonSchema): readonly ValueTest[] {
  const tests: ValueTest[] = [];
  if (allOf !== undefined) tests.push(...allOf.map(compileJsonSchema));
  if (anyOf !== undefined) {
    const any = anyOf.map(compileJsonSchema);
    tests.push((value) => any.some((test) => test(value)));
  }
  if (oneOf !== undefined) {
    const one = oneOf.map(compileJsonSchema);
    tests.push((value) => one.filter((test) => test(value)).length === 1);
  }
  if (not !== undefined) {
    const inner = compileJsonSchema(not);
    tests.push((value) => !inner(value));
  }
  return tests;
}

function numberTests(schema: JsonSchema): readonly ValueTest[] {
  const { minimum, maximum, multipleOf } = schema;
  const tests: ((value: number | TypedNumber) => boolean)[] = [];
  if (minimum !== undefined) {
    const least = schema.exclusiveMinimum === true ? 1 : 0;
    tests.push((value) => compareNumbers(value, minimum) >= least);
  }
  if (maximum !== undefined) {
    const most = schema.exclusiveMaximum === true ? -1 : 0;
    tests.push((value) => !isNotANumber(value) && compareNumbers(value, maximum) <= most);
  }
  if (multipleOf !== undefined) tests.push((value) => isMultiple(value, multipleOf));
  return tests.map(
    (test) => (value) => !(typeof value === 'number' || value instanceof TypedNumber) || test(value),
  );
}

function isNotANumber(value: number | TypedNumber): boolean {
  return Number.isNaN(typeof value === 'number' ? value : value.value);
}

function stringTests({ minLength, maxLength, pattern }: JsonSchema): readonly ValueTest[] {
  const tests: ((value: string) => boolean)[] = [];
  if (minLength !== undefined) tests.push((value) => codePoints(value) >= minLength);
  if (maxLength !== undefined) tests.push((value) => codePoints(value) <= maxLength);
  if (pattern !== undefined) {
    const compiled = compilePattern(pattern);
    tests.push((value) => 'test' in compiled && compiled.test(value));
  }
  return tests.map((test) => (value) => typeof value !== 'string' || test(value));
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function arrayTests(schema: JsonSchema): readonly ValueTest[] {
  const { minItems, maxItems, items, uniqueItems } = schema;
  const tests: ((value: readonly Value[]) => boolean)[] = [];
  if (minItems !== undefined) tests.push((value) => value.length >= minItems);
  if (maxItems !== undefined) tests.push((value) => value.length <= maxItems);
  if (uniqueItems === true) tests.push(hasNoTwins);
  if (items !== undefined) tests.push(itemsTest(items, schema.additionalItems));
  return tests.map((test) => (value) => !isArray(value) || test(value));
}

function itemsTest(
  items: NonNullable<JsonSchema['items']>,
  additional: JsonSchema['additionalItems'],
): (value: readonly Value[]) => boolean {
  if (!isSchemaList(items)) {
    const test = compileJsonSchema(items);
    return (value) => value.every(test);
  }
  const tests = items.map(compileJsonSchema);
  const rest = allowedTest(additional);
  return (value) => value.every((item, index) => (tests[index] ?? rest)(item));
}

function isSchemaList(items: NonNullable<JsonSchema['items']>): items is readonly JsonSchema[] {
  return Array.isArray(items);
}

function allowedTest(allowed: boolean | JsonSchema | undefined): ValueTest {
  return typeof allowed === 'object' ? compileJsonSchema(allowed) : () => allowed !== false;
}

function hasNoTwins(items: readonly Value[]): boolean {
  return new Set(items.map((item) => canonicalKey(sortFields(item)))).size === items.length;
}

/** The same value with the fields of every object in one order. */
function sortFields(value: Value): Value {
  if (isArray(value)) return value.map(sortFields);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sortFields(value[name] ?? null)]),
  );
}

function objectTests(schema: JsonSchema): readonly ValueTest[] {
  const { required, minProperties, maxProperties, dependencies } = schema;
  const tests: ((value: ValueObject) => boolean)[] = [];
  if (required !== undefined) tests.push((value) => required.every((name) => Object.hasOwn(value, name)));
  if (minProperties !== undefined) tests.push((value) => Object.keys(value).length >= minProperties);
  if (maxProperties !== undefined) tests.push((value) => Object.keys(value).length <= maxProperties);
  if (dependencies !== undefined) tests.push(...dependencyTests(dependencies));
  tests.push(...fieldTests(schema));
  return tests.map((test) => (value) => !isObject(value) || test(value));
}

function dependencyTests(
  dependencies: NonNullable<JsonSchema['dependencies']>,
): readonly ((value: ValueObject) => boolean)[] {
  return Object.entries(dependencies).map(([name, dependency]) => {
    const test = isNameList(dependency)
      ? (value: ValueObject) => dependency.every((other) => Object.hasOwn(value, other))
      : compileJsonSchema(dependency);
    return (value: ValueObject) => !Object.hasOwn(value, name) || test(value);
  });
}

function isNameList(dependency: readonly string[] | JsonSchema): dependency is readonly string[] {
  return Array.isArray(dependency);
}

/** Each field by the schema of its name and those of the patterns that it matches; else as an additional one. */
function fieldTests(schema: JsonSchema): readonly ((value: ValueObject) => boolean)[] {
  const { properties = {}, patternProperties = [], additionalProperties } = schema;
  const named = Object.entries(properties).map(([name, inner]) => [name, compileJsonSchema(inner)] as const);
  const tests: ((value: ValueObject) => boolean)[] = named.map(([name, test]) => (value) => {
    const field = ownField(value, name);
    return field === undefined || test(field);
  });
  if (patternProperties.length === 0 && additionalProperties === undefined) return tests;
  const names = new Set(Object.keys(properties));
  const patterns = patternProperties.map(({ pattern, schema: inner }) => ({
    pattern: compilePattern(pattern),
    test: compileJsonSchema(inner),
  }));
  const rest = allowedTest(additionalProperties);
  tests.push((value) =>
    Object.entries(value).every(([name, field]) => {
      const fitting = patterns.filter(({ pattern }) => 'test' in pattern && pattern.test(name));
      if (fitting.length > 0) return fitting.every(({ test }) => test(field));
      return names.has(name) || rest(field);
    }),
  );
  return tests;
}
