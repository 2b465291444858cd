import { invalidRequest } from '../../../domain/errors.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { WindowBound, WindowField } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseTimeUnit } from './parse-time-unit.ts';
import type { StagePlace } from './stage-place.ts';
import { below, fieldsAt } from './stage-place.ts';

/**
 * `{documents: [-1, 'current']}` or `{range: [-10, 10], unit: 'day'}`; `{}` is the whole partition.
 *
 * @param sort undefined when the stage has no `sortBy`; MongoDB lets an empty one pass.
 */
export function parseWindowBounds(
  source: Json,
  sort: Sort | undefined,
  place: StagePlace,
): WindowField['window'] {
  const { documents, range, unit } = fieldsAt(source, place, ['documents?', 'range?', 'unit?']);
  if (documents !== undefined && range !== undefined)
    throw invalidRequest("takes 'documents' or 'range', not both", place.path);
  if (range !== undefined) return parseRange(range, unit, sort, place);
  if (unit !== undefined) throw invalidRequest("takes 'unit' only with 'range'", `${place.path}.unit`);
  if (documents === undefined) return undefined;
  const bounds = parseBounds(documents, below(place, '.documents'));
  if (bounds.some((bound) => typeof bound === 'number' && !Number.isInteger(bound)))
    throw invalidRequest('bounds of documents must be whole numbers', `${place.path}.documents`);
  const isWhole = bounds[0] === 'unbounded' && bounds[1] === 'unbounded';
  if (!isWhole && sort === undefined)
    throw invalidRequest('a window of documents needs a sortBy', place.path);
  return { kind: 'documents', bounds, unit: undefined };
}

function parseRange(
  range: Json,
  unit: Json | undefined,
  sort: Sort | undefined,
  place: StagePlace,
): WindowField['window'] {
  const bounds = parseBounds(range, below(place, '.range'));
  const parsedUnit = unit === undefined ? undefined : parseTimeUnit(unit, below(place, '.unit'));
  if (sort?.length !== 1 || sort[0]?.direction !== 1)
    throw invalidRequest('a window by range needs a sortBy of exactly one ascending field', place.path);
  if (
    parsedUnit !== undefined &&
    bounds.some((bound) => typeof bound === 'number' && !Number.isInteger(bound))
  )
    throw invalidRequest('bounds with a unit must be whole numbers', `${place.path}.range`);
  return { kind: 'range', bounds, unit: parsedUnit };
}

function parseBounds(source: Json, place: StagePlace): readonly [WindowBound, WindowBound] {
  if (!Array.isArray(source) || source.length !== 2)
    throw invalidRequest('must be an array of two bounds', place.path);
  const [low, high] = source.map((bound: Json, i) => parseBound(bound, below(place, `[${i}]`)));
  if (low === undefined || high === undefined) throw invalidRequest('must be two bounds', place.path);
  const position = (bound: WindowBound, unbounded: number) =>
    bound === 'current' ? 0 : bound === 'unbounded' ? unbounded : bound;
  if (position(low, -Infinity) > position(high, Infinity))
    throw invalidRequest('the lower bound lies above the upper', place.path);
  return [low, high];
}

function parseBound(source: Json, place: StagePlace): WindowBound {
  if (source === 'current' || source === 'unbounded' || typeof source === 'number') return source;
  throw invalidRequest("must be a number, 'current' or 'unbounded'", place.path);
}
