import type { Document } from '../../domain/document/document.ts';
import { flatView } from '../../domain/document/flat-view.ts';
import { compareSortKeys, sortKey } from '../../domain/evaluation/sort-key.ts';
import type { Sort } from '../../domain/query/sort.ts';
import type { FindQuery } from '../ports/document-repository.ts';

interface Keyed {
  readonly key: ReturnType<typeof sortKey>;
  readonly document: Document;
}

/**
 * The first `keep` documents in `order` (all when undefined), of those that come after the key `after`. Holds at most
 * twice as many as it keeps.
 */
export async function sortDocuments(
  documents: AsyncIterable<Document>,
  order: Sort,
  keep: number | undefined,
  after: FindQuery['after'],
): Promise<readonly Document[]> {
  const byKey = (a: Keyed, b: Keyed): number => compareSortKeys(a.key, b.key, order);
  const most = keep === undefined ? Number.POSITIVE_INFINITY : Math.max(2 * keep, 1024);
  let kept: Keyed[] = [];
  for await (const document of documents) {
    const key = sortKey(flatView(document), order);
    if (after !== undefined && compareSortKeys(key, after, order) <= 0) continue;
    kept.push({ key, document });
    if (kept.length > most) kept = kept.sort(byKey).slice(0, keep);
  }
  return kept
    .sort(byKey)
    .slice(0, keep)
    .map((entry) => entry.document);
}
