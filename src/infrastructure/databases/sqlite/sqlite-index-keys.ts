import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { matchPath } from '../../../domain/evaluation/match-path.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { ValueObject } from '../../../domain/value/value.ts';
import { comparisonKey } from './sqlite-values.ts';

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
