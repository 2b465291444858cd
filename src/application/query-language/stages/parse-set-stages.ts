import { invalidRequest } from '../../../domain/errors.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { StageBody } from '../../../domain/query/stage.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { isJsonObject } from '../parse-scope.ts';
import { parseFieldPath } from './parse-field-path.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, refuseCollisions } from './stage-place.ts';

interface SetField {
  readonly path: Path;
  readonly expression: Expression;
}

/** `$set` and `$addFields`. https://www.mongodb.com/docs/manual/reference/operator/aggregation/set/ */
export function parseSet(source: Json, place: StagePlace): StageBody {
  const object = objectAt(source, place);
  const fields: SetField[] = [];
  for (const [key, value] of Object.entries(object)) {
    const at = below(place, `.${key}`);
    collectFields(value, parseFieldPath(key, at), at, fields);
  }
  refuseCollisions(
    fields.map((field) => field.path),
    place,
  );
  return { kind: 'set', fields };
}

/** `{a: {b: 1}}` sets `a.b` and leaves the other fields of `a`; an operator object is computed. */
function collectFields(source: Json, path: Path, place: StagePlace, fields: SetField[]): void {
  if (!isJsonObject(source) || isOperatorOrEmpty(source)) {
    fields.push({ path, expression: expressionAt(source, place) });
    return;
  }
  if (path.length > 100) throw invalidRequest('nested too deeply', place.path);
  for (const [key, value] of Object.entries(source)) {
    const at = below(place, `.${key}`);
    if (key.includes('.')) throw invalidRequest("a nested field name may not contain '.'", at.path);
    collectFields(value, [...path, ...parseFieldPath(key, at)], at, fields);
  }
}

function isOperatorOrEmpty(source: JsonObject): boolean {
  const first = Object.keys(source)[0];
  return first === undefined || first.startsWith('$');
}

export function parseUnset(source: Json, place: StagePlace): StageBody {
  const names: readonly Json[] = Array.isArray(source) ? source : [source];
  if (names.length === 0) throw invalidRequest('must name at least one field', place.path);
  const paths = names.map((name, i) =>
    parseFieldPath(name, Array.isArray(source) ? below(place, `[${i}]`) : place),
  );
  refuseCollisions(paths, place);
  return { kind: 'unset', paths };
}

export function parseReplaceRoot(source: Json, place: StagePlace): StageBody {
  const { newRoot = null } = fieldsAt(source, place, ['newRoot']);
  return { kind: 'replaceWith', expression: expressionAt(newRoot, below(place, '.newRoot')) };
}

export function parseReplaceWith(source: Json, place: StagePlace): StageBody {
  return { kind: 'replaceWith', expression: expressionAt(source, place) };
}
