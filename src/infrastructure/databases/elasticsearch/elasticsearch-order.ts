import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import { orderKey } from './elasticsearch-order-key.ts';
import { slotName } from './elasticsearch-sort.ts';

/** The order keys of a document for the indexes of its collection, by the name of the field that holds each. */
export function orderKeys(state: CollectionState, document: Document): Readonly<Record<string, string>> {
  const ordered = state.indexes.filter((index) => index.ordered);
  if (ordered.length === 0) return {};
  const view = flatView(document);
  const keys: Record<string, string> = {};
  for (const { key, definition } of ordered) {
    for (const [place, { path }] of definition.keys.entries()) {
      for (const direction of [1, -1] as const) {
        const [value] = sortKey(view, [{ path, direction }]);
        keys[slotName(key, place, direction)] = orderKey(value) ?? '';
      }
    }
  }
  return keys;
}

/** The names of the fields that hold an index's order keys. */
export function orderFields(key: string, fields: number): readonly string[] {
  return Array.from({ length: fields }, (_, place) => [
    slotName(key, place, 1),
    slotName(key, place, -1),
  ]).flat();
}
