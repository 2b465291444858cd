import { flatView } from '../../../domain/document/flat-view.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import { OpaqueValue } from '../../../domain/value/bson.ts';
import type { Json, Value, ValueObject } from '../../../domain/value/value.ts';
import { isObject } from '../../../domain/value/value-type.ts';
import { type DocumentRow, rowToDocument } from '../sql/document-row.ts';
import { type ComparisonKey, comparisonKey } from './sqlite-values.ts';

/** How much the domain may compute for one leaf of one statement; a scan of a million documents needs some millions. */
const statementSteps = 500_000_000;

/** Of the top-level field that the path starts with, or, for a leaf without a path, of the flat view. */
export type FieldFunction = (value: Value | undefined) => boolean | Value | undefined;

/** @param deadline milliseconds since the epoch; infinite for what an index holds. */
export function leafFunction(leaf: Leaf, deadline: number): FieldFunction {
  const budget = new EvaluationBudget(statementSteps, deadline);
  const matches = compileFilter(leaf, { now: new Date(), budget });
  return 'path' in leaf ? onField(leaf.path, matches) : (root) => isObject(root) && matches(root);
}

export function onField<T>(path: Path, ask: (root: ValueObject) => T): (value: Value | undefined) => T {
  const [name = ''] = path;
  return (value) => ask(value === undefined ? {} : { [name]: value });
}

/** From the JSON text that SQLite gives, NULL for a missing field. */
export function fieldValue(json: unknown): Value | undefined {
  return json === null ? undefined : (JSON.parse(String(json)) as Json);
}

/** The flat view of a row of `documentColumns`. */
export function rowView(row: readonly unknown[]): ValueObject {
  return flatView(rowToDocument('', row as unknown as DocumentRow));
}

/** What a document is sorted by, as SQLite sorts it. */
export function asKey(value: Value | undefined): ComparisonKey {
  if (value instanceof OpaqueValue && value.type === 'undefined') return null;
  return comparisonKey(value) ?? null;
}
