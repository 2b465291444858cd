import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { type Path, samePath } from '../../../domain/query/path.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import { pathSource } from './mysql-paths.ts';

/** An index and the number in the names of its columns, as `listIndexes` gives it to the planner. */
export interface NumberedIndex extends IndexDefinition {
  readonly number: number;
}

export function isNumbered(index: IndexDefinition): index is NumberedIndex {
  return 'number' in index && typeof index.number === 'number';
}

/** An index whose columns hold a path of every document; the one that starts with it first. */
export function indexOn(
  path: Path,
  indexes: readonly IndexDefinition[],
): { readonly index: NumberedIndex; readonly place: number } | undefined {
  const found = indexes
    .filter(isNumbered)
    .filter(({ partialFilter }) => partialFilter === undefined)
    .map((index) => ({ index, place: index.keys.findIndex((key) => samePath(key.path, path)) }))
    .filter(({ place }) => place >= 0);
  return found.find(({ place }) => place === 0) ?? found[0];
}

/** The index whose columns hold all paths of a sort that are no columns themselves. */
export function indexForSort(sort: Sort, indexes: readonly IndexDefinition[]): NumberedIndex | undefined {
  const wanted = sort.filter(({ path }) => pathSource(path)?.kind !== 'column');
  const holds = indexes
    .filter(isNumbered)
    .filter(
      ({ partialFilter, keys }) =>
        partialFilter === undefined &&
        wanted.every((field) => keys.some((key) => samePath(key.path, field.path))),
    );
  return holds.find((index) => servesOrder(index, sort)) ?? holds[0];
}

/** Whether MySQL reads the index in the order of the sort, its tie-break by the primary key included. */
export function servesOrder({ keys }: IndexDefinition, sort: Sort): boolean {
  const ordered = sort.filter(({ path }) => !samePath(path, ['_id']));
  const [id] = sort.filter(({ path }) => samePath(path, ['_id']));
  return (
    ordered.length === keys.length &&
    [1, -1].some(
      (turn) =>
        (id?.direction ?? turn) === turn &&
        ordered.every((field, i) => {
          const key = keys[i];
          return (
            key !== undefined &&
            samePath(key.path, field.path) &&
            direction(key.kind) === field.direction * turn
          );
        }),
    )
  );
}

export function direction(kind: IndexDefinition['keys'][number]['kind']): 1 | -1 {
  return kind === -1 ? -1 : 1;
}
