import type { Filter } from '../../domain/query/filter.ts';
import { pathToString } from '../../domain/query/path.ts';

/** A filter's shape as text without its values, for `explain` and logs: `and(age gte ?, not(tags in ?))`. Pure. */
export function describeFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return filter.kind;
    case 'and':
    case 'or':
      return `${filter.kind}(${filter.of.map(describeFilter).join(', ')})`;
    case 'not':
      return `not(${describeFilter(filter.of)})`;
    case 'collated':
      return `collated(${describeFilter(filter.of)})`;
    case 'compare':
      return `${pathToString(filter.path)} ${filter.op} ?`;
    case 'elemMatch':
      return `${pathToString(filter.path)} elemMatch(${describeFilter(filter.of)})`;
    case 'exists':
      return `${pathToString(filter.path)} exists`;
    case 'in':
    case 'type':
    case 'regex':
    case 'size':
    case 'mod':
    case 'bits':
    case 'geo':
      return `${pathToString(filter.path)} ${filter.kind} ?`;
    case 'expr':
    case 'jsonSchema':
    case 'text':
      return `${filter.kind} ?`;
  }
}
