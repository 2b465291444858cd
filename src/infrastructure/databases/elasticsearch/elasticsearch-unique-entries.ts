import { createHash } from 'node:crypto';
import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import { pathToString } from '../../../domain/query/path.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';

/** A key of a unique index. */
export interface UniqueEntry {
  /** The id of its document among the keys. */
  readonly id: string;
  readonly index: string;
  /** The index's key in the ledger. */
  readonly record: string;
  /** As the error shows it. */
  readonly key: Readonly<Record<string, Json>>;
}

/** The keys that a document has in the unique indexes of its collection: MongoDB's multikey entries. */
export function uniqueEntries(state: CollectionState, document: Document): readonly UniqueEntry[] {
  return state.indexes.flatMap(({ definition, key: record }) => {
    if (!definition.unique || !covers(definition, document)) return [];
    return keyValues(definition, document).map((key) => {
      const text = `${state.concrete}\0${record}\0${canonicalKey(Object.values(key))}`;
      const id = createHash('sha256').update(text).digest('base64url');
      return { id, index: definition.name, record, key };
    });
  });
}

function keyValues(
  definition: IndexDefinition,
  document: Document,
): readonly Readonly<Record<string, Json>>[] {
  const view = flatView(document);
  let entries: Readonly<Record<string, Json>>[] = [{}];
  for (const { path } of definition.keys) {
    const found = valuesAt(view, path);
    const values = found.length === 0 ? [null] : found;
    const name = pathToString(path);
    entries = entries.flatMap((entry) => values.map((value) => ({ ...entry, [name]: toJson(value) })));
  }
  return [...new Map(entries.map((entry) => [canonicalKey(Object.values(entry)), entry])).values()];
}

/** Whether an index that is sparse or partial holds the document. */
function covers({ partialFilter, sparse, keys }: IndexDefinition, document: Document): boolean {
  const view = flatView(document);
  if (partialFilter !== undefined) {
    const budget = new EvaluationBudget(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    if (!compileFilter(partialFilter.filter, { now: new Date(0), budget })(view)) return false;
  }
  return !sparse || keys.some(({ path }) => valuesAt(view, path).length > 0);
}
