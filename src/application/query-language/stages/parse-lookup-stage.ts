import { invalidRequest } from '../../../domain/errors.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Pipeline, StageBody } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseVariableName } from '../parse-expression-variable.ts';
import { parseFieldPath } from './parse-field-path.ts';
import { checkSource, collectionAt } from './parse-nested-stages.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt } from './stage-place.ts';

type Fields = Readonly<Record<string, Json | undefined>>;

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/ */
export function parseLookup(source: Json, place: StagePlace): StageBody {
  const fields = readFields(source, place);
  if ((fields.localField === undefined) !== (fields.foreignField === undefined))
    throw invalidRequest("takes 'localField' and 'foreignField' together", place.path);
  if (fields.pipeline === undefined && fields.localField === undefined)
    throw invalidRequest("needs a 'pipeline', or 'localField' and 'foreignField'", place.path);
  if (fields.pipeline === undefined && fields.let !== undefined)
    throw invalidRequest("takes 'let' only with a 'pipeline'", place.path);
  const bindings = parseLet(fields.let, below(place, '.let'));
  const from = fields.from === undefined ? undefined : collectionAt(fields.from, below(place, '.from'));
  const pipeline = parseInnerPipeline(fields, bindings, place);
  checkSource(from, pipeline ?? [], place);
  return {
    kind: 'lookup',
    from,
    as: parseFieldPath(fields.as, below(place, '.as')),
    localField: optionalPath(fields, 'localField', place),
    foreignField: optionalPath(fields, 'foreignField', place),
    let: bindings,
    pipeline,
  };
}

/** MongoDB reads null for these as left out. */
const nullable = ['as', 'let', 'localField', 'foreignField', 'pipeline'];

function readFields(source: Json, place: StagePlace): Fields {
  const fields = fieldsAt(source, place, [
    'from?',
    'as?',
    'localField?',
    'foreignField?',
    'let?',
    'pipeline?',
  ]);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === null && nullable.includes(name) ? undefined : value,
    ]),
  );
}

function optionalPath(fields: Fields, name: string, place: StagePlace): Path | undefined {
  return fields[name] === undefined ? undefined : parseFieldPath(fields[name], below(place, `.${name}`));
}

function parseLet(source: Json | undefined, place: StagePlace): readonly (readonly [string, Expression])[] {
  if (source === undefined) return [];
  return Object.entries(objectAt(source, place)).map(([name, value]) => {
    const at = below(place, `.${name}`);
    if (parseVariableName(name, at.path) === 'CURRENT')
      throw invalidRequest('CURRENT may not be bound here', at.path);
    return [name, expressionAt(value, at)];
  });
}

function parseInnerPipeline(
  fields: Fields,
  bindings: readonly (readonly [string, Expression])[],
  place: StagePlace,
): Pipeline | undefined {
  if (fields.pipeline === undefined) return undefined;
  const variables = new Set([...(place.variables ?? []), ...bindings.map(([name]) => name)]);
  return place.parsePipeline(fields.pipeline, {
    ...below(place, '.pipeline'),
    variables,
    nesting: place.nesting + 1,
  });
}
