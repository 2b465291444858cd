import { invalidRequest } from '../../../domain/errors.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Stage, StageBody } from '../../../domain/query/stage.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { parseConstant } from './parse-constant.ts';
import { parseFieldPath } from './parse-field-path.ts';
import { parseOrder } from './parse-stage-sort.ts';
import { parseTimeUnit } from './parse-time-unit.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, refuseCollisions } from './stage-place.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/densify/ */
export function parseDensify(source: Json, place: StagePlace): StageBody {
  const fields = fieldsAt(source, place, ['field', 'partitionByFields?', 'range']);
  const field = parseFieldPath(fields.field, below(place, '.field'));
  const partitionBy = parsePartitionFields(fields.partitionByFields, below(place, '.partitionByFields'));
  if (partitionBy.some((path) => path.join('.') === field.join('.')))
    throw invalidRequest('the field may not be one of the partition fields', place.path);
  return {
    kind: 'densify',
    field,
    partitionBy,
    ...parseRange(fields.range, partitionBy, below(place, '.range')),
  };
}

function parsePartitionFields(source: Json | undefined, place: StagePlace) {
  if (source === undefined) return [];
  if (!Array.isArray(source)) throw invalidRequest('must be an array of field paths', place.path);
  return source.map((name: Json, i) => parseFieldPath(name, below(place, `[${i}]`)));
}

function parseRange(source: Json | undefined, partitionBy: readonly unknown[], place: StagePlace) {
  const { step, unit, bounds = null } = fieldsAt(source, place, ['step', 'unit?', 'bounds']);
  if (typeof step !== 'number' || !(step > 0))
    throw invalidRequest('must be a positive number', `${place.path}.step`);
  if (unit !== undefined && !Number.isInteger(step))
    throw invalidRequest('must be a whole number when there is a unit', `${place.path}.step`);
  return {
    step,
    unit: unit === undefined ? undefined : parseTimeUnit(unit, below(place, '.unit')),
    bounds: parseBounds(bounds, partitionBy.length > 0, unit !== undefined, below(place, '.bounds')),
  };
}

type FillMethod = Extract<Stage, { kind: 'fill' }>['output'][number]['method'];
type Bounds = Extract<Stage, { kind: 'densify' }>['bounds'];

function parseBounds(source: Json, partitioned: boolean, dates: boolean, place: StagePlace): Bounds {
  if (source === 'full') return 'full';
  if (source === 'partition') {
    if (!partitioned) throw invalidRequest("'partition' needs partitionByFields", place.path);
    return 'partition';
  }
  if (!Array.isArray(source) || source.length !== 2)
    throw invalidRequest("must be 'full', 'partition' or an array of two values", place.path);
  const [low, high] = source.map((bound: Json, i) => parseBound(bound, dates, below(place, `[${i}]`)));
  if (low === undefined || high === undefined || Number(low) > Number(high))
    throw invalidRequest('the lower bound lies above the upper', place.path);
  return [low, high];
}

/** A number, or with a unit a date: Extended JSON where that is read, else an RFC 3339 string. */
function parseBound(source: Json, dates: boolean, place: StagePlace): Value {
  const value = parseConstant(source, place);
  if (!dates && typeof value === 'number') return value;
  if (dates && value instanceof Date) return value;
  const date = typeof value === 'string' ? new Date(value) : undefined;
  if (dates && date !== undefined && !Number.isNaN(date.getTime())) return date;
  throw invalidRequest(dates ? 'must be a date' : 'must be a number', place.path);
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/fill/ */
export function parseFill(source: Json, place: StagePlace): StageBody {
  const fields = fieldsAt(source, place, ['partitionBy?', 'partitionByFields?', 'sortBy?', 'output']);
  const sort = fields.sortBy === undefined ? [] : parseOrder(fields.sortBy, below(place, '.sortBy'));
  const at = below(place, '.output');
  const output = Object.entries(objectAt(fields.output, at)).map(([name, spec]) => {
    const inner = below(at, `.${name}`);
    const method = parseMethod(spec, inner);
    if (method === 'linear' && sort.length !== 1)
      throw invalidRequest('linear needs a sortBy of exactly one field', inner.path);
    return { path: parseFieldPath(name, inner), method };
  });
  if (output.length === 0) throw invalidRequest('must name at least one field', at.path);
  refuseCollisions(
    output.map((field) => field.path),
    at,
  );
  return { kind: 'fill', partitionBy: parseFillPartition(fields, place), sort, output };
}

function parseMethod(source: Json, place: StagePlace): FillMethod {
  const { method, value } = fieldsAt(source, place, ['method?', 'value?']);
  if ((method === undefined) === (value === undefined))
    throw invalidRequest("takes exactly one of 'method' and 'value'", place.path);
  if (value !== undefined) return { value: expressionAt(value, below(place, '.value')) };
  if (method !== 'linear' && method !== 'locf')
    throw invalidRequest("must be 'linear' or 'locf'", `${place.path}.method`);
  return method;
}

function parseFillPartition(
  fields: Readonly<Record<string, Json | undefined>>,
  place: StagePlace,
): Expression | undefined {
  const { partitionBy, partitionByFields } = fields;
  if (partitionBy !== undefined && partitionByFields !== undefined)
    throw invalidRequest("takes 'partitionBy' or 'partitionByFields', not both", place.path);
  if (partitionBy !== undefined) return expressionAt(partitionBy, below(place, '.partitionBy'));
  if (partitionByFields === undefined) return undefined;
  const paths = parsePartitionFields(partitionByFields, below(place, '.partitionByFields'));
  return {
    kind: 'object',
    fields: paths.map((path) => [path.join('.'), { kind: 'variable', name: 'CURRENT', path }]),
  };
}
