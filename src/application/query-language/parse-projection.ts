import { invalidRequest } from '../../domain/errors.ts';
import { pathToString } from '../../domain/query/path.ts';
import type { Projection, ProjectionField } from '../../domain/query/projection.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';
import { parsePath } from './parse-path.ts';
import { parseProjectionField } from './parse-projection-field.ts';
import { descend, isJsonObject, type ParseScope, refuseLarge, startScope } from './parse-scope.ts';
import { refuseCollisions } from './stages/stage-place.ts';

/**
 * A find projection as an object, or the query-string forms `name,email` and `-secret`.
 * https://www.mongodb.com/docs/manual/reference/method/db.collection.find/#projection
 */
export function parseProjection(source: Json, options: ParseOptions): Projection {
  const scope = startScope(options);
  refuseLarge(source, scope.path);
  const fields = typeof source === 'string' ? parseText(source, scope) : parseObject(source, scope);
  refuseCollisions(
    fields.map(({ path }) => path),
    scope,
  );
  const positional = fields.filter(({ kind }) => kind === 'positional');
  if (positional.length > 1 || (positional.length > 0 && fields.some(({ kind }) => kind === 'elemMatch')))
    throw invalidRequest('one positional $ at most, and none beside $elemMatch', scope.path);
  return combine(fields, scope);
}

function parseText(source: string, scope: ParseScope): readonly ProjectionField[] {
  return source.split(',').map((item) => {
    const name = item.trim();
    const kind = name.startsWith('-') ? 'exclude' : 'include';
    const place = { ...scope, path: `${scope.path}.${name}` };
    if (name.startsWith('+') || name.includes(':'))
      throw invalidRequest('fields to keep (name,email), fields to leave out (-secret), or JSON', place.path);
    return { kind, path: parsePath(kind === 'exclude' ? name.slice(1) : name, place) };
  });
}

function parseObject(source: Json, scope: ParseScope): readonly ProjectionField[] {
  if (!isJsonObject(source)) throw invalidRequest('a projection is an object of fields', scope.path);
  return Object.entries(source).flatMap(([name, value]) =>
    parseProjectionField([], name, value, descend(scope, `.${name}`)),
  );
}

/** Including and excluding do not mix; `_id` may go either way. */
function combine(fields: readonly ProjectionField[], scope: ParseScope): Projection {
  const id = fields.find((field) => isWholeId(field));
  const others = fields.filter((field) => field !== id);
  const mode = modeOf(id, others);
  const misfit = others.find((field) => !fitsMode[mode].has(field.kind));
  if (misfit !== undefined)
    throw invalidRequest(
      `including and excluding do not mix: ${pathToString(misfit.path)}`,
      `${scope.path}.${pathToString(misfit.path)}`,
    );
  return { mode, id: id?.kind === 'exclude' ? 'exclude' : 'include', fields: others };
}

function isWholeId(field: ProjectionField): boolean {
  return (
    field.path.length === 1 &&
    field.path[0] === '_id' &&
    (field.kind === 'include' || field.kind === 'exclude')
  );
}

const fitsMode: Readonly<Record<Projection['mode'], ReadonlySet<ProjectionField['kind']>>> = {
  include: new Set(['include', 'compute', 'slice', 'elemMatch', 'positional']),
  exclude: new Set(['exclude', 'slice', 'elemMatch']),
};

/** By the first field that says it; `$elemMatch` alone includes, `$slice` and nothing at all exclude. */
function modeOf(id: ProjectionField | undefined, others: readonly ProjectionField[]): Projection['mode'] {
  const saying = others.find(({ kind }) => kind !== 'slice' && kind !== 'elemMatch');
  if (saying !== undefined) return saying.kind === 'exclude' ? 'exclude' : 'include';
  if (id?.kind === 'include') return 'include';
  const slices = others.some(({ kind }) => kind === 'slice');
  return !slices && others.length > 0 ? 'include' : 'exclude';
}
