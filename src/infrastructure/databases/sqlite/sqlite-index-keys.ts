import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { ValueObject } from '../../../domain/value/value.ts';

/**
 * The keys of a document in a unique index, as MongoDB makes them: one for each element of a field that is an array,
 * missing as null. Equal values have equal texts.
 */
export function uniqueKeys(paths: readonly Path[], document: ValueObject): readonly string[] {
  let keys: readonly string[] = [''];
  for (const path of paths) {
    const found = valuesAt(document, path).map(canonicalKey);
    const values = found.length === 0 ? [canonicalKey(null)] : found;
    keys = keys.flatMap((key) => values.map((value) => (key === '' ? value : `${key},${value}`)));
  }
  return [...new Set(keys)];
}
