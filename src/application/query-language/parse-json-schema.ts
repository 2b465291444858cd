import { invalidRequest } from '../../domain/errors.ts';
import { equalUnordered } from '../../domain/evaluation/equal-unordered.ts';
import type { TypeName } from '../../domain/query/filter.ts';
import type { JsonSchema } from '../../domain/query/json-schema.ts';
import { TypedNumber } from '../../domain/value/bson.ts';
import type { Json, Value } from '../../domain/value/value.ts';
import { parseInteger } from './parse-number.ts';
import { parsePattern } from './parse-pattern.ts';
import { descend, isJsonArray, isJsonObject, type ParseScope } from './parse-scope.ts';
import { parseValue } from './parse-value.ts';
import { typeNameOf } from './type-names.ts';

/** A schema of MongoDB's `$jsonSchema`, read as strictly as MongoDB does. */
export function parseJsonSchema(source: Json, scope: ParseScope): JsonSchema {
  if (!isJsonObject(source)) throw invalidRequest('a schema is an object', scope.path);
  const parts = Object.entries(source).map(([keyword, value]) => {
    const inner = descend(scope, `.${keyword}`);
    const reader = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    if (reader === undefined) throw invalidRequest(`unknown schema keyword ${keyword}`, inner.path);
    return reader(value, inner);
  });
  if (Object.hasOwn(source, 'type') && Object.hasOwn(source, 'bsonType'))
    throw invalidRequest('a schema has type or bsonType', scope.path);
  for (const bound of ['minimum', 'maximum'] as const) {
    const exclusive = bound === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
    if (Object.hasOwn(source, exclusive) && !Object.hasOwn(source, bound))
      throw invalidRequest(`${exclusive} needs ${bound} beside it`, scope.path);
  }
  return Object.assign({}, ...parts);
}

type KeywordReader = (source: Json, scope: ParseScope) => JsonSchema;

const keywords: Readonly<Record<string, KeywordReader>> = {
  title: annotation,
  description: annotation,
  type: (source, scope) => ({ types: parseTypes(source, scope, jsonTypes) }),
  bsonType: (source, scope) => ({ types: parseTypes(source, scope, undefined) }),
  enum: (source, scope) => ({ enum: parseEnum(source, scope) }),
  required: (source, scope) => ({ required: parseNames(source, scope) }),
  properties: (source, scope) => ({ properties: parseNamed(source, scope, parseJsonSchema) }),
  patternProperties: (source, scope) => ({ patternProperties: parsePatterns(source, scope) }),
  additionalProperties: (source, scope) => ({ additionalProperties: parseAllowed(source, scope) }),
  dependencies: (source, scope) => ({ dependencies: parseNamed(source, scope, parseDependency) }),
  minProperties: (source, scope) => ({ minProperties: parseCount(source, scope) }),
  maxProperties: (source, scope) => ({ maxProperties: parseCount(source, scope) }),
  items: (source, scope) => ({
    items: isJsonArray(source) ? parseEach(source, scope) : parseJsonSchema(source, scope),
  }),
  additionalItems: (source, scope) => ({ additionalItems: parseAllowed(source, scope) }),
  minItems: (source, scope) => ({ minItems: parseCount(source, scope) }),
  maxItems: (source, scope) => ({ maxItems: parseCount(source, scope) }),
  uniqueItems: (source, scope) => ({ uniqueItems: parseBoolean(source, scope) }),
  minimum: (source, scope) => ({ minimum: parseBound(source, scope) }),
  exclusiveMinimum: (source, scope) => ({ exclusiveMinimum: parseBoolean(source, scope) }),
  maximum: (source, scope) => ({ maximum: parseBound(source, scope) }),
  exclusiveMaximum: (source, scope) => ({ exclusiveMaximum: parseBoolean(source, scope) }),
  multipleOf: (source, scope) => ({ multipleOf: parseDivisor(source, scope) }),
  minLength: (source, scope) => ({ minLength: parseCount(source, scope) }),
  maxLength: (source, scope) => ({ maxLength: parseCount(source, scope) }),
  pattern: (source, scope) => ({ pattern: parsePattern(parseText(source, scope), '', scope) }),
  allOf: (source, scope) => ({ allOf: parseSchemas(source, scope) }),
  anyOf: (source, scope) => ({ anyOf: parseSchemas(source, scope) }),
  oneOf: (source, scope) => ({ oneOf: parseSchemas(source, scope) }),
  not: (source, scope) => ({ not: parseJsonSchema(source, scope) }),
};

function annotation(source: Json, scope: ParseScope): JsonSchema {
  parseText(source, scope);
  return {};
}

/** The type names of JSON Schema; `integer` is not among MongoDB's. */
const jsonTypes: ReadonlyMap<string, TypeName> = new Map([
  ['object', 'object'],
  ['array', 'array'],
  ['number', 'number'],
  ['boolean', 'bool'],
  ['string', 'string'],
  ['null', 'null'],
]);

function parseTypes(
  source: Json,
  scope: ParseScope,
  known: ReadonlyMap<string, TypeName> | undefined,
): readonly TypeName[] {
  const names = isJsonArray(source) ? source : [source];
  const types = names.map((name) => {
    const type =
      typeof name !== 'string' ? undefined : known === undefined ? typeNameOf(name) : known.get(name);
    if (type === undefined) throw invalidRequest('needs the name of a type, or several', scope.path);
    return type;
  });
  if (types.length === 0 || new Set(types).size < types.length)
    throw invalidRequest('needs at least one type, each once', scope.path);
  return types;
}

function parseEnum(source: Json, scope: ParseScope): readonly Value[] {
  if (!isJsonArray(source) || source.length === 0)
    throw invalidRequest('enum needs an array of at least one value', scope.path);
  const values = source.map((item, index) => parseValue(item, descend(scope, `[${index}]`)));
  const repeated = values.some((value, i) => values.slice(0, i).some((seen) => equalUnordered(seen, value)));
  if (values.length > 1000 || repeated)
    throw invalidRequest('enum lists each value once, at most 1000', scope.path);
  return values;
}

function parseNames(source: Json, scope: ParseScope): readonly string[] {
  const names = isJsonArray(source) ? source.filter((name) => typeof name === 'string') : [];
  if (!isJsonArray(source) || names.length === 0 || names.length < source.length)
    throw invalidRequest('needs an array of at least one field name', scope.path);
  if (new Set(names).size < names.length) throw invalidRequest('names a field twice', scope.path);
  return names;
}

function parseNamed<T>(
  source: Json,
  scope: ParseScope,
  parse: (source: Json, scope: ParseScope) => T,
): Readonly<Record<string, T>> {
  if (!isJsonObject(source)) throw invalidRequest('needs an object', scope.path);
  return Object.fromEntries(
    Object.entries(source).map(([name, item]) => [name, parse(item, descend(scope, `.${name}`))]),
  );
}

function parseDependency(source: Json, scope: ParseScope): readonly string[] | JsonSchema {
  return isJsonArray(source) ? parseNames(source, scope) : parseJsonSchema(source, scope);
}

function parsePatterns(source: Json, scope: ParseScope): NonNullable<JsonSchema['patternProperties']> {
  const schemas = parseNamed(source, scope, parseJsonSchema);
  return Object.entries(schemas).map(([pattern, schema]) => ({
    pattern: parsePattern(pattern, '', { ...scope, path: `${scope.path}.${pattern}` }),
    schema,
  }));
}

function parseAllowed(source: Json, scope: ParseScope): boolean | JsonSchema {
  return typeof source === 'boolean' ? source : parseJsonSchema(source, scope);
}

function parseEach(source: readonly Json[], scope: ParseScope): readonly JsonSchema[] {
  return source.map((item, index) => parseJsonSchema(item, descend(scope, `[${index}]`)));
}

function parseSchemas(source: Json, scope: ParseScope): readonly JsonSchema[] {
  if (!isJsonArray(source) || source.length === 0)
    throw invalidRequest('needs an array of at least one schema', scope.path);
  return parseEach(source, scope);
}

function parseCount(source: Json, scope: ParseScope): number {
  const count = parseInteger(source, scope);
  if (count === undefined || count < 0)
    throw invalidRequest('needs an integer that is not negative', scope.path);
  return count;
}

function parseBoolean(source: Json, scope: ParseScope): boolean {
  if (typeof source !== 'boolean') throw invalidRequest('needs true or false', scope.path);
  return source;
}

function parseText(source: Json, scope: ParseScope): string {
  if (typeof source !== 'string') throw invalidRequest('needs a string', scope.path);
  return source;
}

function parseBound(source: Json, scope: ParseScope): number | TypedNumber {
  const value = typeof source === 'object' && source !== null ? parseValue(source, scope) : source;
  if (typeof value === 'number' || value instanceof TypedNumber) return value;
  throw invalidRequest('needs a number', scope.path);
}

function parseDivisor(source: Json, scope: ParseScope): number | TypedNumber {
  const divisor = parseBound(source, scope);
  if (Number(typeof divisor === 'number' ? divisor : divisor.value) > 0) return divisor;
  throw invalidRequest('needs a number above 0', scope.path);
}
