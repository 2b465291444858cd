import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { matchPath } from '../../../domain/evaluation/match-path.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import { type Path, pathToString } from '../../../domain/query/path.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json, ValueObject } from '../../../domain/value/value.ts';
import { comparisonKey } from './sqlite-values.ts';

/** One key of a document in a unique index: equal values have equal texts. */
export interface UniqueKey {
  readonly text: string;
  /** The values by their paths, for the error that tells of a second one. */
  readonly values: Readonly<Record<string, Json>>;
}

/** The keys of a document in a unique index, as MongoDB makes them: one for each element of an array, missing as null. */
export function uniqueKeys(paths: readonly Path[], document: ValueObject): readonly UniqueKey[] {
  let keys: readonly UniqueKey[] = [{ text: '', values: {} }];
  for (const path of paths) {
    const found = valuesAt(document, path);
    const values = found.length === 0 ? [null] : found;
    const name = pathToString(path);
    keys = keys.flatMap((key) =>
      values.map((value) => ({
        text: `${key.text},${canonicalKey(value)}`,
        values: { ...key.values, [name]: toJson(value) },
      })),
    );
  }
  return [...new Map(keys.map((key) => [key.text, key])).values()];
}

/**
 * What the comparisons of a filter look at in a document with arrays on the path, as comparison keys in a JSON array:
 * numbers and strings as they are, blobs as `{"x": hex}`, the key of null and missing as null.
 */
export function elementKeys(path: Path, document: ValueObject): string {
  const keys = new Set<string>();
  const collect = matchPath(path, 'expand', (value) => {
    const key = comparisonKey(value);
    if (key !== undefined)
      keys.add(JSON.stringify(key instanceof Uint8Array ? { x: Buffer.from(key).toString('hex') } : key));
    return false;
  });
  collect(document);
  return `[${[...keys].join(',')}]`;
}
