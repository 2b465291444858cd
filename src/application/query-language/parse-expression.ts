import { invalidRequest } from '../../domain/errors.ts';
import type { Expression } from '../../domain/query/expression.ts';
import type { ExpressionOperator } from '../../domain/query/expression-operator.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import type { ExpressionPlace } from './expression-place.ts';
import { inside } from './expression-place.ts';
import { expressionSignatures } from './expression-signatures.ts';
import { parseVariable } from './parse-expression-variable.ts';
import { isExtendedJson } from './parse-extended-json.ts';
import type { ParseOptions } from './parse-options.ts';
import { parseValue } from './parse-value.ts';

/** Each operator is two levels: its object and its argument. */
const maxDepth = 200;

/**
 * MongoDB's aggregation expression, as JSON, to a typed tree: operators known, arguments complete, variables bound.
 * Rejects everything else with INVALID_REQUEST and the path of the mistake.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/
 *
 * @param variables user variables that are bound where the expression stands, besides the system's; `$redact`
 *   passes `DESCEND`, `PRUNE` and `KEEP`.
 */
export function parseExpression(
  source: Json,
  options: ParseOptions,
  variables: ReadonlySet<string> = new Set(),
): Expression {
  return parseOperand(source, {
    path: options.path,
    variables,
    depth: 0,
    extendedJson: options.extendedJson,
  });
}

function parseOperand(source: Json, place: ExpressionPlace): Expression {
  if (place.depth > maxDepth)
    throw invalidRequest(`expressions may be nested ${maxDepth} levels deep`, place.path);
  if (typeof source === 'string')
    return source.startsWith('$') ? parseVariable(source, place) : { kind: 'literal', value: source };
  if (isList(source))
    return {
      kind: 'array',
      items: source.map((item, i) => parseOperand(item, inside(place, `[${i}]`))),
    };
  if (typeof source !== 'object' || source === null) return { kind: 'literal', value: source };
  return parseObject(source, place);
}

function parseObject(source: JsonObject, place: ExpressionPlace): Expression {
  const keys = Object.keys(source);
  const first = keys[0];
  if (first === undefined) return { kind: 'object', fields: [] };
  if (place.extendedJson && isExtendedJson(source)) return parseLiteral(source, place);
  if (first.startsWith('$')) {
    if (keys.length !== 1)
      throw invalidRequest('an object that is an operator must have exactly one field', place.path);
    return parseCall(first, source[first] ?? null, place);
  }
  return { kind: 'object', fields: keys.map((key) => [key, parseField(source, key, place)]) };
}

function parseLiteral(source: Json, place: ExpressionPlace): Expression {
  if (!place.extendedJson) return { kind: 'literal', value: source };
  return { kind: 'literal', value: parseValue(source, { ...place, shortNames: false }) };
}

function parseField(source: JsonObject, key: string, place: ExpressionPlace): Expression {
  const at = inside(place, `.${key}`);
  if (key === '') throw invalidRequest('field names may not be empty', at.path);
  if (key.startsWith('$')) throw invalidRequest(`field names may not start with '$': ${key}`, at.path);
  if (key.includes('.')) throw invalidRequest(`field names may not contain '.': ${key}`, at.path);
  if (key.includes('\0')) throw invalidRequest('field names may not contain NUL', at.path);
  return parseOperand(source[key] ?? null, at);
}

function parseCall(name: string, source: Json, place: ExpressionPlace): Expression {
  const at = inside(place, `.${name}`);
  if (name === '$literal' || name === '$const') return parseLiteral(source, at);
  if (name === '$function' || name === '$accumulator' || name === '$where')
    throw invalidRequest(`${name} is not allowed: the service runs no code of its callers`, at.path);
  if (!isOperator(name)) throw invalidRequest(`unknown expression operator ${name}`, at.path);
  return {
    kind: 'call',
    operator: name,
    args: [],
    named: {},
    binds: [],
    ...expressionSignatures[name](source, at, parseOperand),
  };
}

function isOperator(name: string): name is ExpressionOperator {
  return Object.hasOwn(expressionSignatures, name);
}

function isList(source: Json): source is readonly Json[] {
  return Array.isArray(source);
}
