import { invalidRequest } from '../../../domain/errors.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { StageBody, WindowField } from '../../../domain/query/stage.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { parseFieldPath } from './parse-field-path.ts';
import { parseOrder } from './parse-stage-sort.ts';
import { parseWindowBounds } from './parse-window-bounds.ts';
import { isWindowOperator, parseWindowCall } from './parse-window-call.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, refuseCollisions } from './stage-place.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/ */
export function parseSetWindowFields(source: Json, place: StagePlace): StageBody {
  const { partitionBy, sortBy, output } = fieldsAt(source, place, ['partitionBy?', 'sortBy?', 'output']);
  const isAbsent = sortBy === undefined || sortBy === null;
  const sort = isAbsent ? [] : parseOrder(sortBy, below(place, '.sortBy'));
  const at = below(place, '.output');
  const fields = Object.entries(objectAt(output, at)).map(([name, spec]) => {
    const inner = below(at, `.${name}`);
    return parseField(parseFieldPath(name, inner), objectAt(spec, inner), isAbsent ? undefined : sort, inner);
  });
  refuseCollisions(
    fields.map((field) => field.path),
    at,
  );
  return {
    kind: 'setWindowFields',
    partitionBy:
      partitionBy === undefined ? undefined : expressionAt(partitionBy, below(place, '.partitionBy')),
    sort,
    output: fields,
  };
}

function parseField(path: Path, spec: JsonObject, sort: Sort | undefined, place: StagePlace): WindowField {
  const names = Object.keys(spec).filter((name) => name !== 'window');
  const [operator = ''] = names;
  if (names.length !== 1) throw invalidRequest('must have exactly one window operator', place.path);
  if (!isWindowOperator(operator))
    throw invalidRequest(`unknown window operator ${operator}`, `${place.path}.${operator}`);
  const window = Object.hasOwn(spec, 'window')
    ? parseWindowBounds(spec.window ?? null, sort, below(place, '.window'))
    : undefined;
  const call = parseWindowCall(operator, spec[operator] ?? null, below(place, `.${operator}`));
  const field = { path, operator, ...call, window };
  checkRules(field, sort ?? [], place);
  return field;
}

const unwindowed = new Set([
  '$documentNumber',
  '$rank',
  '$denseRank',
  '$shift',
  '$expMovingAvg',
  '$locf',
  '$linearFill',
]);
const needsOrder = new Set([...unwindowed, '$derivative', '$integral']);
const needsOneKey = new Set([
  '$documentNumber',
  '$rank',
  '$denseRank',
  '$linearFill',
  '$derivative',
  '$integral',
]);

function checkRules(field: WindowField, sort: Sort, place: StagePlace): void {
  const { operator } = field;
  if (field.window !== undefined && unwindowed.has(operator))
    throw invalidRequest(`${operator} takes no window`, `${place.path}.window`);
  if (operator !== '$locf' && needsOrder.has(operator) && sort.length === 0)
    throw invalidRequest(`${operator} needs a sortBy`, place.path);
  if (needsOneKey.has(operator) && sort.length !== 1)
    throw invalidRequest(`${operator} needs a sortBy of exactly one field`, place.path);
  if (operator === '$derivative' && field.window === undefined)
    throw invalidRequest('$derivative needs a window', place.path);
}
