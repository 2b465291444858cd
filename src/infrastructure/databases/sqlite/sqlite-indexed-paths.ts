import type { PlanContext } from '../../../application/ports/dialect.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import { type Path, samePath } from '../../../domain/query/path.ts';
import { type SqlAssumption, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { type PathExpressions, pathExpressions } from './sqlite-expressions.ts';
import { jsonPath } from './sqlite-json-path.ts';
import { tableName, tableOf } from './sqlite-table-name.ts';

/** Holds as long as the small index of the documents with arrays at this path is empty. */
export function arrayFree(path: Path, arrays: SqlFragment, { collection }: PlanContext): SqlAssumption {
  return {
    name: `${tableName(collection)} ${JSON.stringify(path)}`,
    refutedBy: sql`SELECT 1 FROM ${tableOf(collection)} WHERE ${arrays} LIMIT 1`,
  };
}

/** The expressions in the words of the indexes where there is one on the path, else with the path bound. */
export function indexedExpressions(path: Path, context: PlanContext): PathExpressions | undefined {
  return pathExpressions(path, isIndexed(path, context));
}

export function isIndexed(path: Path, { indexes }: PlanContext): boolean {
  return indexes.some((index) => indexPaths(index).some((indexed) => samePath(indexed, path)));
}

/** The paths whose expressions the index holds, each once: those of its keys and of its partial filter. */
export function indexPaths(index: IndexDefinition): readonly Path[] {
  const known = pathsOf.get(index);
  if (known !== undefined) return known;
  const { keys, partialFilter } = index;
  const paths = [
    ...keys.map(({ path }) => path),
    ...(partialFilter ? filterPaths(partialFilter.filter) : []),
  ];
  const unique = [...new Map(paths.map((path) => [jsonPath(path), path])).values()];
  pathsOf.set(index, unique);
  return unique;
}

const pathsOf = new WeakMap<IndexDefinition, readonly Path[]>();

function filterPaths(filter: Filter): readonly Path[] {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return [];
    case 'and':
    case 'or':
      return filter.of.flatMap(filterPaths);
    case 'not':
      return filterPaths(filter.of);
    default:
      return 'path' in filter ? [filter.path] : [];
  }
}

/** The numbers in the names of what indexes consist of; noted where definitions are read from the ledger. */
const numbers = new WeakMap<IndexDefinition, number>();

export function noteIndexNumber(index: IndexDefinition, number: number): void {
  numbers.set(index, number);
}

/** The number of an index that keeps the elements of the arrays at the path. */
export function elementIndexNumber(path: Path, { indexes }: PlanContext): number | undefined {
  const index = indexes.find(({ keys }) => keys[0] !== undefined && samePath(keys[0].path, path));
  return index && numbers.get(index);
}
