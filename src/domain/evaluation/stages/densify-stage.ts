import { ServiceError } from '../../errors.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, numberOf } from '../expressions/numbers.ts';
import { getPath } from '../get-path.ts';
import { Held } from '../held.ts';
import { placeAt } from '../set-path.ts';
import { addTime } from '../window/add-time.ts';
import { blocking } from './chunks.ts';
import { compilePartitions } from './partitions.ts';
import type { StageCompiler, StageContext, StageOf } from './stage-runner.ts';

interface Span {
  readonly from: number;
  /** Not reached itself, save by documents that are there. */
  readonly to: number;
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/densify/ */
export const compileDensify: StageCompiler<'densify'> = (stage, context) => {
  const by = {
    kind: 'object' as const,
    fields: stage.partitionBy.map(
      (path) => [path.join('.'), { kind: 'variable', name: 'CURRENT', path }] as const,
    ),
  };
  const partition = compilePartitions(by, [{ path: stage.field, direction: 1 }], context);
  return blocking(async (documents) => {
    const plain = documents.filter((document) => isNull(getPath(document, stage.field)));
    const placed = documents.filter((document) => !isNull(getPath(document, stage.field)));
    const partitions = (await partition(placed)).map((rows) => rows.map((row) => row.document));
    const all = spanOf(placed, stage);
    const held = new Held(context.maxDocuments);
    const dense = partitions.flatMap((members) => {
      const span = Array.isArray(stage.bounds) || stage.bounds === 'full' ? all : spanOf(members, stage);
      return densify(members, span, stage, context, held);
    });
    return [...plain, ...dense];
  }, context);
};

function isNull(value: Value | undefined): boolean {
  return value === undefined || value === null;
}

/** From the least to the greatest value, the greatest included as it is there; or the bounds that the stage gives. */
function spanOf(documents: readonly PipelineDocument[], stage: StageOf<'densify'>): Span {
  if (typeof stage.bounds !== 'string') {
    const [from, to] = stage.bounds;
    return { from: axis(from, stage), to: axis(to, stage) };
  }
  let from = Infinity;
  let to = -Infinity;
  for (const document of documents) {
    const place = axis(getPath(document, stage.field), stage);
    from = Math.min(from, place);
    to = Math.max(to, place);
  }
  return { from, to };
}

/** The documents in order, and one made for each step of the span that none of them stands on. */
function densify(
  members: readonly PipelineDocument[],
  span: Span,
  stage: StageOf<'densify'>,
  context: StageContext,
  held: Held,
): readonly PipelineDocument[] {
  const out: PipelineDocument[] = [];
  const isInclusive = stage.bounds === 'full';
  let next = 0;
  const takeUntil = (place: number) => {
    for (let member = members[next]; member !== undefined; member = members[++next]) {
      if (axis(getPath(member, stage.field), stage) > place) return;
      out.push(member);
    }
  };
  for (let step = 0; ; step++) {
    const place = at(span.from, step, stage);
    if (place > span.to || (place === span.to && !isInclusive)) break;
    const before = out.length;
    takeUntil(place);
    const last = out.at(-1);
    const isThere =
      (out.length > before || last !== undefined) &&
      last !== undefined &&
      axis(getPath(last, stage.field), stage) === place;
    if (isThere) continue;
    held.add(1);
    context.budget.spend(1);
    out.push(make(members[0], place, stage));
  }
  takeUntil(Infinity);
  return out;
}

function make(
  model: PipelineDocument | undefined,
  place: number,
  stage: StageOf<'densify'>,
): PipelineDocument {
  const seed = stage.partitionBy.reduce<PipelineDocument>((document, path) => {
    const value = getPath(model, path);
    return value === undefined ? document : placeAt(document, path, value);
  }, {});
  return placeAt(seed, stage.field, stage.unit === undefined ? place : new Date(place));
}

function at(from: number, step: number, stage: StageOf<'densify'>): number {
  if (stage.unit === undefined) return from + step * stage.step;
  return addTime(new Date(from), stage.unit, step * stage.step).getTime();
}

function axis(value: Value | undefined, stage: StageOf<'densify'>): number {
  if (stage.unit === undefined && isNumeric(value)) return numberOf(value);
  if (stage.unit !== undefined && value instanceof Date) return value.getTime();
  throw new ServiceError(
    'INVALID_REQUEST',
    stage.unit === undefined ? '$densify without a unit needs numbers' : '$densify with a unit needs dates',
    { operator: '$densify' },
  );
}
