import { invalidRequest } from '../../../domain/errors.ts';
import type { StageBody } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseFilter } from '../parse-filter.ts';
import { parseFieldPath } from './parse-field-path.ts';
import { parseSortSpec } from './parse-stage-sort.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, stringAt, wholeNumberAt } from './stage-place.ts';

export function parseMatch(source: Json, place: StagePlace): StageBody {
  return { kind: 'match', filter: parseFilter(objectAt(source, place), place) };
}

export function parseSortStage(source: Json, place: StagePlace): StageBody {
  const { sort, shuffles } = parseSortSpec(source, place);
  if (shuffles && sort.length === 0) return { kind: 'sample', size: Number.MAX_SAFE_INTEGER };
  return { kind: 'sort', sort };
}

export function parseSkip(source: Json, place: StagePlace): StageBody {
  return { kind: 'skip', count: wholeNumberAt(source, place, 0) };
}

export function parseLimit(source: Json, place: StagePlace): StageBody {
  return { kind: 'limit', count: wholeNumberAt(source, place, 1) };
}

export function parseCount(source: Json, place: StagePlace): StageBody {
  const field = stringAt(source, place);
  if (field === '' || field.startsWith('$') || field.includes('.') || field.includes('\0') || field === '_id')
    throw invalidRequest(
      "must be a field name: not empty, not '_id', without '$' in front, '.' and NUL",
      place.path,
    );
  return { kind: 'count', field };
}

export function parseSample(source: Json, place: StagePlace): StageBody {
  const { size } = fieldsAt(source, place, ['size']);
  if (typeof size !== 'number' || !(size > 0) || Math.trunc(size) === 0)
    throw invalidRequest('must be a positive number', `${place.path}.size`);
  return { kind: 'sample', size: Math.trunc(size) };
}

export function parseSortByCount(source: Json, place: StagePlace): StageBody {
  const isPath = typeof source === 'string' && source.startsWith('$');
  const isOperator =
    typeof source === 'object' && source !== null && Object.keys(source)[0]?.startsWith('$') === true;
  if (!isPath && !isOperator) throw invalidRequest("must be a '$path' or an expression object", place.path);
  return { kind: 'sortByCount', expression: expressionAt(source, place) };
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/unwind/ */
export function parseUnwind(source: Json, place: StagePlace): StageBody {
  const fields =
    typeof source === 'string'
      ? { path: source }
      : fieldsAt(source, place, ['path', 'includeArrayIndex?', 'preserveNullAndEmptyArrays?']);
  const at = typeof source === 'string' ? place : below(place, '.path');
  const path = stringAt(fields.path, at);
  if (!path.startsWith('$')) throw invalidRequest("must start with '$'", at.path);
  const { includeArrayIndex, preserveNullAndEmptyArrays = false } = fields;
  if (typeof preserveNullAndEmptyArrays !== 'boolean')
    throw invalidRequest('must be true or false', `${place.path}.preserveNullAndEmptyArrays`);
  return {
    kind: 'unwind',
    path: parseFieldPath(path.slice(1), at),
    includeArrayIndex:
      includeArrayIndex === undefined
        ? undefined
        : parseFieldPath(includeArrayIndex, below(place, '.includeArrayIndex')).join('.'),
    preserveNullAndEmptyArrays,
  };
}

const redactVariables = ['DESCEND', 'PRUNE', 'KEEP'];

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/redact/ */
export function parseRedact(source: Json, place: StagePlace): StageBody {
  const variables = new Set([...(place.variables ?? []), ...redactVariables]);
  return { kind: 'redact', expression: expressionAt(source, { ...place, variables }) };
}

export function parseDocuments(source: Json, place: StagePlace): StageBody {
  return { kind: 'documents', documents: expressionAt(source, place) };
}
