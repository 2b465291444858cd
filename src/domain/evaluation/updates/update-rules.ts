import type { UpdateOperation, UpdateOperationOf, UpdateOperator } from '../../query/update.ts';
import type { Value } from '../../value/value.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import { applyAddToSet, applyPop, applyPull, applyPullAll, applyPush } from './array-rules.ts';
import { applyCurrentDate, applyMax, applyMin } from './field-rules.ts';
import { applyBit, applyInc, applyMul } from './number-rules.ts';

/** What an operator makes of the value of its field; undefined is missing. Rejects values that it does not take. */
type Compute<K extends UpdateOperator> = (
  operation: UpdateOperationOf<K>,
  current: Value | undefined,
  context: EvaluationContext,
) => Value | undefined;

interface Rule<K extends UpdateOperator> {
  readonly compute: Compute<K>;
  /** Whether a field that is not there comes to be; else a path that leads nowhere is left alone. */
  readonly creates: boolean;
}

/** `$rename` moves a value between two fields; `renameField` does it. */
type FieldOperator = Exclude<UpdateOperator, '$rename'>;
export type FieldOperation = Exclude<UpdateOperation, { readonly op: '$rename' }>;

const updateRules: { readonly [K in FieldOperator]: Rule<K> } = {
  $set: { compute: ({ value }) => value, creates: true },
  /** Applied on inserts only; `applyOperators` leaves it out elsewhere. */
  $setOnInsert: { compute: ({ value }) => value, creates: true },
  $unset: { compute: () => undefined, creates: false },
  $min: { compute: applyMin, creates: true },
  $max: { compute: applyMax, creates: true },
  $inc: { compute: applyInc, creates: true },
  $mul: { compute: applyMul, creates: true },
  $bit: { compute: applyBit, creates: true },
  $currentDate: { compute: applyCurrentDate, creates: true },
  $push: { compute: applyPush, creates: true },
  $addToSet: { compute: applyAddToSet, creates: true },
  $pop: { compute: applyPop, creates: false },
  $pull: { compute: applyPull, creates: false },
  $pullAll: { compute: applyPullAll, creates: false },
};

export function createsField(op: FieldOperator): boolean {
  return updateRules[op].creates;
}

/** The value of the field after the operation; undefined: none. */
export function computeField<K extends FieldOperator>(
  operation: UpdateOperationOf<K>,
  current: Value | undefined,
  context: EvaluationContext,
): Value | undefined {
  const rules: { readonly [P in FieldOperator]: Rule<P> } = updateRules;
  const rule: Rule<K> = rules[operation.op];
  return rule.compute(operation, current, context);
}
