import { invalidRequest } from '../../../domain/errors.ts';
import type { WindowOperator } from '../../../domain/query/accumulator-operator.ts';
import { windowOnlyOperators } from '../../../domain/query/accumulator-operator.ts';
import type { WindowField } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { isAccumulator, parseAccumulatorCall, takesOneExpression } from './parse-accumulator.ts';
import { parseConstant } from './parse-constant.ts';
import { parseFixedTimeUnit } from './parse-time-unit.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt } from './stage-place.ts';

export type WindowCall = Pick<WindowField, 'args' | 'sortBy' | 'unit'>;

export function isWindowOperator(name: string): name is WindowOperator {
  return isAccumulator(name) || (windowOnlyOperators as readonly string[]).includes(name);
}

/** What stands behind the name of a window operator. */
export function parseWindowCall(operator: WindowOperator, source: Json, place: StagePlace): WindowCall {
  // Unlike in `$group`, an array is an expression here.
  if (isAccumulator(operator) && takesOneExpression(operator) && Array.isArray(source))
    return call({ input: expressionAt(source, place) });
  if (isAccumulator(operator)) return { ...parseAccumulatorCall(operator, source, place), unit: undefined };
  switch (operator) {
    case '$documentNumber':
    case '$rank':
    case '$denseRank':
      fieldsAt(source, place, []);
      return call({});
    case '$covariancePop':
    case '$covarianceSamp':
      return parseCovariance(source, place);
    case '$derivative':
    case '$integral':
      return parseCalculus(source, place);
    case '$expMovingAvg':
      return parseMovingAverage(source, place);
    case '$shift':
      return parseShift(source, place);
    case '$minMaxScaler':
      return parseScaler(source, place);
    case '$locf':
    case '$linearFill':
      return call({ input: expressionAt(source, place) });
  }
}

function call(args: WindowCall['args']): WindowCall {
  return { args, sortBy: undefined, unit: undefined };
}

/** Anything but a pair is answered with null, as MongoDB does; the pair is `x` and `y`. */
function parseCovariance(source: Json, place: StagePlace): WindowCall {
  if (!Array.isArray(source) || source.length !== 2) return call({ pair: expressionAt(source, place) });
  const [x = null, y = null] = source;
  return call({ x: expressionAt(x, below(place, '[0]')), y: expressionAt(y, below(place, '[1]')) });
}

function parseCalculus(source: Json, place: StagePlace): WindowCall {
  const { input = null, unit } = fieldsAt(source, place, ['input', 'unit?']);
  return {
    ...call({ input: expressionAt(input, below(place, '.input')) }),
    unit: unit === undefined ? undefined : parseFixedTimeUnit(unit, below(place, '.unit')),
  };
}

function parseMovingAverage(source: Json, place: StagePlace): WindowCall {
  const { input = null, N, alpha } = fieldsAt(source, place, ['input', 'N?', 'alpha?']);
  if ((N === undefined) === (alpha === undefined))
    throw invalidRequest("takes exactly one of 'N' and 'alpha'", place.path);
  if (N !== undefined && (typeof N !== 'number' || !Number.isInteger(N) || N < 1))
    throw invalidRequest('must be a positive whole number', `${place.path}.N`);
  if (alpha !== undefined && (typeof alpha !== 'number' || !(alpha > 0 && alpha < 1)))
    throw invalidRequest('must lie between 0 and 1', `${place.path}.alpha`);
  const weight = typeof N === 'number' ? 2 / (N + 1) : Number(alpha);
  return call({
    input: expressionAt(input, below(place, '.input')),
    alpha: { kind: 'literal', value: weight },
  });
}

function parseShift(source: Json, place: StagePlace): WindowCall {
  const fields = fieldsAt(source, place, ['output', 'by', 'default?']);
  if (typeof fields.by !== 'number' || !Number.isInteger(fields.by))
    throw invalidRequest('must be a whole number', `${place.path}.by`);
  return call({
    output: expressionAt(fields.output ?? null, below(place, '.output')),
    by: { kind: 'literal', value: fields.by },
    default: {
      kind: 'literal',
      value: fields.default === undefined ? null : parseConstant(fields.default, below(place, '.default')),
    },
  });
}

function parseScaler(source: Json, place: StagePlace): WindowCall {
  const { input = null, min = 0, max = 1 } = fieldsAt(source, place, ['input', 'min?', 'max?']);
  if (typeof min !== 'number' || typeof max !== 'number' || min >= max)
    throw invalidRequest("'min' and 'max' must be numbers, 'min' the smaller", place.path);
  return call({
    input: expressionAt(input, below(place, '.input')),
    min: { kind: 'literal', value: min },
    max: { kind: 'literal', value: max },
  });
}
