import { invalidRequest } from '../../../domain/errors.ts';
import type { AccumulatorOperator } from '../../../domain/query/accumulator-operator.ts';
import { accumulatorOperators } from '../../../domain/query/accumulator-operator.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { AccumulatorField } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { isJsonObject } from '../parse-scope.ts';
import { parseOrder } from './parse-stage-sort.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, stringAt } from './stage-place.ts';

export interface AccumulatorCall {
  readonly args: Readonly<Record<string, Expression>>;
  readonly sortBy: Sort | undefined;
}

/** `{total: {$sum: '$x'}, …}` of `$group` and `$bucket`; the fields named in `except` are left out. */
export function parseAccumulatorFields(
  source: Json,
  place: StagePlace,
  except: readonly string[],
): readonly AccumulatorField[] {
  return Object.entries(objectAt(source, place))
    .filter(([name]) => !except.includes(name))
    .map(([name, spec]) => parseField(name, spec, below(place, `.${name}`)));
}

function parseField(name: string, spec: Json, place: StagePlace): AccumulatorField {
  if (name.startsWith('$') || name.includes('.') || name.includes('\0'))
    throw invalidRequest("a field name may not start with '$' or contain '.' or NUL", place.path);
  if (!isJsonObject(spec) || Object.keys(spec).length !== 1)
    throw invalidRequest('must be an object of exactly one accumulator', place.path);
  const [operator = ''] = Object.keys(spec);
  if (!isAccumulator(operator))
    throw invalidRequest(`unknown accumulator ${operator}`, `${place.path}.${operator}`);
  return {
    name,
    accumulator: operator,
    ...parseAccumulatorCall(operator, spec[operator] ?? null, below(place, `.${operator}`)),
  };
}

export function isAccumulator(name: string): name is AccumulatorOperator {
  return (accumulatorOperators as readonly string[]).includes(name);
}

const takesMore: ReadonlySet<AccumulatorOperator> = new Set([
  '$bottom',
  '$bottomN',
  '$count',
  '$firstN',
  '$lastN',
  '$maxN',
  '$median',
  '$minN',
  '$percentile',
  '$top',
  '$topN',
]);

/** Whether `{$op: <expression>}` is all there is to it. */
export function takesOneExpression(operator: AccumulatorOperator): boolean {
  return !takesMore.has(operator);
}

/** What stands behind the accumulator's name. */
export function parseAccumulatorCall(
  operator: AccumulatorOperator,
  source: Json,
  place: StagePlace,
): AccumulatorCall {
  switch (operator) {
    case '$count':
      fieldsAt(source, place, []);
      return { args: {}, sortBy: undefined };
    case '$firstN':
    case '$lastN':
    case '$maxN':
    case '$minN':
      return { args: named(fieldsAt(source, place, ['input', 'n']), place), sortBy: undefined };
    case '$top':
    case '$bottom':
      return ordered(fieldsAt(source, place, ['sortBy', 'output']), place);
    case '$topN':
    case '$bottomN':
      return ordered(fieldsAt(source, place, ['sortBy', 'output', 'n']), place);
    case '$median':
    case '$percentile':
      return parseQuantile(operator, source, place);
    default:
      return { args: { input: singleArgument(source, place) }, sortBy: undefined };
  }
}

/** Accumulators take one expression: `[a, b]` is not a list of arguments, and `[a]` is refused with it. */
function singleArgument(source: Json, place: StagePlace): Expression {
  if (Array.isArray(source)) throw invalidRequest('takes one expression, not an array', place.path);
  return expressionAt(source, place);
}

function named(
  fields: Readonly<Record<string, Json | undefined>>,
  place: StagePlace,
): Readonly<Record<string, Expression>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      expressionAt(value ?? null, below(place, `.${name}`)),
    ]),
  );
}

function ordered(fields: Readonly<Record<string, Json | undefined>>, place: StagePlace): AccumulatorCall {
  const { sortBy, ...rest } = fields;
  return { args: named(rest, place), sortBy: parseOrder(sortBy, below(place, '.sortBy')) };
}

const quantileMethods = ['approximate', 'discrete', 'continuous'];

function parseQuantile(
  operator: '$median' | '$percentile',
  source: Json,
  place: StagePlace,
): AccumulatorCall {
  const names = operator === '$median' ? ['input', 'method'] : ['input', 'p', 'method'];
  const { method, ...rest } = fieldsAt(source, place, names);
  if (!quantileMethods.includes(stringAt(method, below(place, '.method'))))
    throw invalidRequest(`must be one of ${quantileMethods.join(', ')}`, `${place.path}.method`);
  const args = { ...named(rest, place), method: { kind: 'literal', value: method ?? null } as const };
  return { args, sortBy: undefined };
}
