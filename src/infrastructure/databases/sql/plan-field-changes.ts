import type { Update, UpdateOperation } from '../../../domain/query/update.ts';
import type { Value } from '../../../domain/value/value.ts';
import { isObject } from '../../../domain/value/value-type.ts';

/** What an update does to fields of the document itself, whatever else the document holds. */
export interface FieldChanges {
  readonly unset: readonly string[];
  readonly set: readonly (readonly [name: string, value: Value])[];
  /** Added to what stands there; a missing field counts as 0. */
  readonly inc: readonly (readonly [name: string, by: number])[];
}

/** The changes that one statement can say; undefined where there are others: the service changes document by document. */
export function planFieldChanges(update: Update): FieldChanges | undefined {
  if (update.kind !== 'operators') return undefined;
  const unset: string[] = [];
  const set: (readonly [string, Value])[] = [];
  const inc: (readonly [string, number])[] = [];
  for (const operation of update.operations) {
    const [name] = operation.path;
    if (name === undefined || operation.path.length > 1) return undefined;
    if (operation.op === '$unset') unset.push(name);
    else if (operation.op === '$inc' && typeof operation.value === 'number')
      inc.push([name, operation.value]);
    else if (isPlainSet(operation)) set.push([name, operation.value]);
    else if (operation.op !== '$setOnInsert') return undefined;
  }
  return { unset, set, inc };
}

/** Objects and arrays may be deep or large, whose bounds the domain checks document by document. */
function isPlainSet(operation: UpdateOperation): operation is Extract<UpdateOperation, { op: '$set' }> {
  if (operation.op !== '$set' || isObject(operation.value) || Array.isArray(operation.value)) return false;
  return typeof operation.value !== 'string' || operation.value.length <= 1_000;
}
