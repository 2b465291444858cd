import { pathToString } from '../../query/path.ts';
import type { UpdateOperation } from '../../query/update.ts';

/** Where an operation stands in the request's operator form: `update.$inc.stock`. */
export function operationPath(operation: Pick<UpdateOperation, 'op' | 'path'>): string {
  return `update.${operation.op}.${pathToString(operation.path)}`;
}
