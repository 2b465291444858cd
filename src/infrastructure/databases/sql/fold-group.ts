import { extremeFold } from '../../../domain/evaluation/accumulators/extreme-fold.ts';
import { NumberSum } from '../../../domain/evaluation/accumulators/sum-fold.ts';
import type { EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import { boundedObject } from '../../../domain/evaluation/expressions/bounded-values.ts';
import { makeDouble } from '../../../domain/evaluation/expressions/numbers.ts';
import { KeyedMap } from '../../../domain/evaluation/keyed-map.ts';
import { type MutableObject, setField } from '../../../domain/evaluation/set-field.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Value } from '../../../domain/value/value.ts';

/**
 * What a database gathered for a field of a group, as parts that the domain's own rules finish:
 * `count` a number each; `sum` and `average` a `SumPart` each; `min`, `max` and `set` candidates, nothing that is
 * missing among them; `list`, `first` and `last` values with their places, `PlacedValue`.
 */
export type FoldKind = 'count' | 'sum' | 'average' | 'min' | 'max' | 'set' | 'list' | 'first' | 'last';

/** The fields of a group in their order. */
export type Fold = readonly (readonly [name: string, kind: FoldKind])[];

/** The exact integers' sum as text, the other numbers in the order of the documents, how many numbers there were. */
export type SumPart = readonly [whole: string, others: readonly number[], count: number];

/** A document's place and what it gave. */
export type PlacedValue = readonly [place: number, value: Value];

/** The document of a group, no larger than a document may be. @param parts of each field, in the order of the fold */
export function foldGroup(
  fold: Fold,
  id: Value,
  parts: readonly (readonly Value[])[],
  context: EvaluationContext,
): PipelineDocument {
  const group: MutableObject = { _id: id };
  fold.forEach(([name, kind], i) => {
    setField(group, name, folds[kind](parts[i] ?? []));
  });
  return boundedObject(group, context);
}

const folds: Readonly<Record<FoldKind, (parts: readonly Value[]) => Value>> = {
  count: (parts) => parts.reduce<number>((sum, part) => sum + Number(part), 0),
  sum: (parts) => total(parts as unknown as readonly SumPart[]).sum.value(),
  average: (parts) => {
    const { sum, count } = total(parts as unknown as readonly SumPart[]);
    return count === 0 ? null : makeDouble(sum.double() / count);
  },
  min: (parts) => extreme(parts, -1),
  max: (parts) => extreme(parts, 1),
  set: distinct,
  list: (parts) => inPlaces(parts).map(([, value]) => value),
  first: (parts) => inPlaces(parts)[0]?.[1] ?? null,
  last: (parts) => inPlaces(parts).at(-1)?.[1] ?? null,
};

function total(parts: readonly SumPart[]): { readonly sum: NumberSum; readonly count: number } {
  const sum = new NumberSum();
  let count = 0;
  for (const [whole, others, numbers] of parts) {
    const integer = Number(whole);
    sum.add(Number.isSafeInteger(integer) ? integer : new TypedNumber('long', integer, whole));
    for (const other of others) sum.add(other);
    count += numbers;
  }
  return { sum, count };
}

function extreme(candidates: readonly Value[], sign: 1 | -1): Value {
  const fold = extremeFold(sign);
  for (const candidate of candidates) fold.add(candidate);
  return fold.value() ?? null;
}

function distinct(values: readonly Value[]): readonly Value[] {
  const met = new KeyedMap<true>();
  return values.filter((value) => {
    const isNew = !met.has(value);
    met.set(value, true);
    return isNew;
  });
}

function inPlaces(parts: readonly Value[]): readonly PlacedValue[] {
  return (parts as unknown as readonly PlacedValue[]).toSorted(([a], [b]) => a - b);
}
