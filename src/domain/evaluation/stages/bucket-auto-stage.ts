import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { compileAccumulators } from '../accumulators/compile-accumulators.ts';
import { compareValues } from '../compare-values.ts';
import { compileExpression } from '../compile-expression.ts';
import { documentScope } from '../document-scope.ts';
import { Held } from '../held.ts';
import { blocking } from './chunks.ts';
import { checkGranularityInput, roundDown, roundUp } from './granularity.ts';
import { toDocument } from './group-stage.ts';
import { sortPaced } from './sort-paced.ts';
import type { StageCompiler, StageOf } from './stage-runner.ts';

interface Entry {
  readonly value: Value;
  readonly document: PipelineDocument;
}
interface Bucket {
  readonly entries: readonly Entry[];
  min: Value;
  max: Value;
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucketAuto/ */
export const compileBucketAuto: StageCompiler<'bucketAuto'> = (stage, context) => {
  const evaluate = compileExpression(stage.groupBy, context);
  const bind = documentScope(context);
  const start = compileAccumulators(stage.output, context, new Held(context.maxDocuments));
  return blocking(async (documents) => {
    const entries = documents.map(
      (document): Entry => ({ document, value: evaluate(bind(document)) ?? null }),
    );
    if (stage.granularity !== undefined) for (const entry of entries) checkGranularityInput(entry.value);
    const sorted = await sortPaced(entries, (a, b) => compareValues(a.value, b.value), context.pace);
    return fillBuckets(sorted, stage).map((bucket) => {
      const id = { min: bucket.min, max: bucket.max };
      const accumulators = start(id);
      for (const { document } of bucket.entries) {
        const scope = bind(document);
        for (const accumulator of accumulators) accumulator.add(scope);
      }
      return toDocument({ id, accumulators }, stage.output, context);
    });
  }, context);
};

/** Equal values never part; a bucket that took more than its share leaves the next ones less. */
function fillBuckets(entries: readonly Entry[], stage: StageOf<'bucketAuto'>): readonly Bucket[] {
  const share = Math.max(1, Math.round(entries.length / stage.buckets));
  const buckets: Bucket[] = [];
  let next = 0;
  while (next < entries.length && buckets.length < stage.buckets) {
    const isLast = buckets.length === stage.buckets - 1;
    const bucket = takeBucket(entries, next, isLast ? entries.length : next + share, stage, buckets.at(-1));
    buckets.push(bucket);
    next += bucket.entries.length;
  }
  return closeBounds(buckets, stage);
}

function takeBucket(
  entries: readonly Entry[],
  from: number,
  wanted: number,
  stage: StageOf<'bucketAuto'>,
  previous: Bucket | undefined,
): Bucket {
  const first = entries[from]?.value ?? null;
  let to = Math.min(wanted, entries.length);
  let max = entries[to - 1]?.value ?? null;
  if (stage.granularity !== undefined) {
    max = roundUp(max, stage.granularity);
    while (to < entries.length && compareValues(entries[to]?.value, max) < 0) to++;
    // A boundary of zero would be inclusive: the bucket ends below what follows instead.
    if (compareValues(max, 0) === 0 && to < entries.length)
      max = roundDown(entries[to]?.value ?? null, stage.granularity);
  } else {
    while (to < entries.length && compareValues(entries[to]?.value, max) === 0) to++;
  }
  const min =
    stage.granularity === undefined ? first : (previous?.max ?? roundDown(first, stage.granularity));
  return { entries: entries.slice(from, to), min, max };
}

/** A bucket ends where the next begins; the last one includes its end. */
function closeBounds(buckets: readonly Bucket[], stage: StageOf<'bucketAuto'>): readonly Bucket[] {
  if (stage.granularity === undefined)
    buckets.forEach((bucket, i) => {
      bucket.max = buckets[i + 1]?.min ?? bucket.max;
    });
  return buckets;
}
