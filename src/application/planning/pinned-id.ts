import type { DocumentId } from '../../domain/document/document.ts';
import type { Filter } from '../../domain/query/filter.ts';

/** The one id that a filter demands (`{id: "x", …}`), or undefined. Pure. */
export function pinnedId(filter: Filter): DocumentId | undefined {
  if (filter.kind === 'and') {
    for (const part of filter.of) {
      const id = pinnedId(part);
      if (id !== undefined) return id;
    }
    return undefined;
  }
  const pins =
    filter.kind === 'compare' && filter.op === 'eq' && filter.path.length === 1 && filter.path[0] === '_id';
  return pins && typeof filter.value === 'string' ? filter.value : undefined;
}
