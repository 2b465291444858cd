import { systemFields } from '../../document/system-fields.ts';
import { invalidRequest } from '../../errors.ts';
import type { Filter } from '../../query/filter.ts';
import { type Path, pathToString } from '../../query/path.ts';
import { PathSet } from '../../query/path-conflict.ts';
import type { JsonObject, Value } from '../../value/value.ts';
import { DocumentDraft } from './document-draft.ts';
import { storedObject } from './stored-object.ts';

/**
 * The fields that a filter's equalities give to an upserted document: those that have to hold, at the top level or in
 * `$and`, `$in` of one value included. `_id` is among them when the filter pins it; other system fields never are.
 * Rejects with INVALID_REQUEST a filter that pins a field twice, or a field and a part of it.
 * https://www.mongodb.com/docs/manual/reference/method/db.collection.update/#upsert-with-operator-expressions
 */
export function upsertSeed(filter: Filter): JsonObject {
  const pinned = new PathSet();
  const draft = new DocumentDraft({});
  for (const { path, value } of equalities(filter)) {
    const [first = ''] = path;
    if (first === '' || (systemFields.has(first) && !(first === '_id' && path.length === 1))) continue;
    if (pinned.add(path) !== undefined)
      throw invalidRequest(`the filter pins '${pathToString(path)}' more than once`, 'filter');
    draft.write(path, value);
  }
  return storedObject(draft.root);
}

interface Equality {
  readonly path: Path;
  readonly value: Value;
}

function equalities(filter: Filter): readonly Equality[] {
  switch (filter.kind) {
    case 'and':
      return filter.of.flatMap(equalities);
    case 'or': {
      const [only, ...others] = filter.of;
      return only !== undefined && others.length === 0 ? equalities(only) : [];
    }
    case 'compare':
      return filter.op === 'eq' ? [{ path: filter.path, value: filter.value }] : [];
    case 'in': {
      const [value, ...others] = filter.values;
      const single = value !== undefined && others.length === 0 && filter.patterns.length === 0;
      return single ? [{ path: filter.path, value }] : [];
    }
    default:
      return [];
  }
}
