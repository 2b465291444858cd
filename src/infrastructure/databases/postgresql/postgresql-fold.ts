import { NumberSum } from '../../../domain/evaluation/accumulators/sum-fold.ts';
import { makeDouble } from '../../../domain/evaluation/expressions/numbers.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Value } from '../../../domain/value/value.ts';

/** What the values of a grouping are, by the names of the fields they go to. */
export type Folded = readonly (readonly [name: string, kind: 'value' | 'sum' | 'average'])[];

/** A sum in parts: the exact integers' sum as text, the other numbers, how many numbers there were. */
type SumParts = readonly [whole: string, others: readonly number[], count: number];

/** @param fold what `groupSql` said the values are, as JSON text. @param text the values as a JSON array. */
export function unfold(fold: string, text: string): PipelineDocument {
  const fields = JSON.parse(fold) as Folded;
  const values = JSON.parse(text) as readonly Value[];
  return Object.fromEntries(fields.map(([name, kind], i) => [name, unfoldValue(kind, values[i] ?? null)]));
}

function unfoldValue(kind: Folded[number][1], value: Value): Value {
  if (kind === 'value') return value;
  const [whole, others, count] = value as unknown as SumParts;
  const sum = new NumberSum();
  const integer = Number(whole);
  sum.add(Number.isSafeInteger(integer) ? integer : new TypedNumber('long', integer, whole));
  for (const other of others) sum.add(other);
  if (kind === 'sum') return sum.value();
  return count === 0 ? null : makeDouble(sum.double() / count);
}
