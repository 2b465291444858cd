import { invalidRequest } from '../../../domain/errors.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Projection, ProjectionField } from '../../../domain/query/projection.ts';
import type { StageBody } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { isJsonObject } from '../parse-scope.ts';
import { parseFieldPath } from './parse-field-path.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, objectAt, refuseCollisions } from './stage-place.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/project/ */
export function parseProject(source: Json, place: StagePlace): StageBody {
  const object = objectAt(source, place);
  if (Object.keys(object).length === 0) throw invalidRequest('must name at least one field', place.path);
  const fields: ProjectionField[] = [];
  for (const [key, value] of Object.entries(object)) {
    const at = below(place, `.${key}`);
    collectFields(value, parseFieldPath(key, at), at, fields);
  }
  refuseCollisions(
    fields.map((field) => field.path),
    place,
  );
  return { kind: 'project', projection: toProjection(fields, place) };
}

function collectFields(source: Json, path: Path, place: StagePlace, fields: ProjectionField[]): void {
  if (typeof source === 'number' || typeof source === 'boolean') {
    fields.push({ kind: source ? 'include' : 'exclude', path });
    return;
  }
  const first = isJsonObject(source) ? Object.keys(source)[0] : '$';
  if (!isJsonObject(source) || first?.startsWith('$')) {
    fields.push({ kind: 'compute', path, expression: expressionAt(source, place) });
    return;
  }
  if (first === undefined) throw invalidRequest('must not be an empty object', place.path);
  if (path.length > 100) throw invalidRequest('nested too deeply', place.path);
  for (const [key, value] of Object.entries(source)) {
    const at = below(place, `.${key}`);
    collectFields(value, [...path, ...parseFieldPath(key, at)], at, fields);
  }
}

/** `{$meta: …}` goes with excluding too; there is no metadata that it could show. */
function isMeta(field: ProjectionField): boolean {
  return (
    field.kind === 'compute' && field.expression.kind === 'call' && field.expression.operator === '$meta'
  );
}

/** Include and exclude do not mix, save for `_id`. */
function toProjection(fields: readonly ProjectionField[], place: StagePlace): Projection {
  const isId = (field: ProjectionField) => field.path.length === 1 && field.path[0] === '_id';
  const id = fields.find(isId);
  const listed = fields.filter((field) => !isId(field));
  const excludes = listed.some((field) => field.kind === 'exclude');
  const others = excludes ? listed.filter((field) => !isMeta(field)) : listed;
  const mode = (others[0] ?? id)?.kind === 'exclude' ? 'exclude' : 'include';
  const wrong = others.find((field) => (field.kind === 'exclude') !== (mode === 'exclude'));
  if (wrong !== undefined || (id?.kind === 'compute' && mode === 'exclude'))
    throw invalidRequest(
      `including or computing and excluding do not mix: ${(wrong ?? id)?.path.join('.')}`,
      place.path,
    );
  return {
    mode,
    id: id?.kind === 'exclude' ? 'exclude' : 'include',
    fields: id?.kind === 'compute' ? fields : others,
  };
}
