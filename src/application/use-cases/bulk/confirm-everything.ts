import { invalidRequest } from '../../../domain/errors.ts';
import type { Filter } from '../../../domain/query/filter.ts';

/**
 * A filter without a condition deletes every document: it has to be meant.
 * @param all whether the caller says so.
 * @param path where the filter stands in the request.
 */
export function confirmEverything(filter: Filter, all: boolean, path: string): void {
  if (filter.kind === 'everything' && !all)
    throw invalidRequest('an empty filter deletes every document: confirm it with "all": true', path);
}
