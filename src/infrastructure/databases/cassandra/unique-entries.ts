import { createHash } from 'node:crypto';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import { pathToString } from '../../../domain/query/path.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json, ValueObject } from '../../../domain/value/value.ts';
import { indexCoverage } from './lookup-keys.ts';

const longestKey = 512;

/**
 * The keys of a document in a unique index, as MongoDB makes them: one for each element of a field that is an array,
 * missing as null. Key text → the values, for the error that names them.
 */
export function uniqueEntries(
  definition: IndexDefinition,
  view: ValueObject,
): ReadonlyMap<string, Readonly<Record<string, Json>>> {
  if (!definition.unique || !indexCoverage(definition)(view)) return new Map();
  let entries: Readonly<Record<string, Json>>[] = [{}];
  for (const { path } of definition.keys) {
    const found = valuesAt(view, path);
    const values = found.length === 0 ? [null] : found;
    const name = pathToString(path);
    entries = entries.flatMap((entry) => values.map((value) => ({ ...entry, [name]: toJson(value) })));
  }
  return new Map(entries.map((entry) => [keyText(Object.values(entry)), entry]));
}

function keyText(values: readonly Json[]): string {
  const text = canonicalKey(values);
  return text.length <= longestKey ? text : createHash('sha256').update(text).digest('hex');
}
