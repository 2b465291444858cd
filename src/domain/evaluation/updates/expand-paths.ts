import { invalidRequest, type ServiceError } from '../../errors.ts';
import type { Path } from '../../query/path.ts';
import { PathSet } from '../../query/path-conflict.ts';
import type { UpdateOperation } from '../../query/update.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import { childOf } from './document-draft.ts';
import { operationPath } from './operation-path.ts';

/** What positional segments mean for one document. */
export interface Positions {
  readonly context: EvaluationContext;
  /** Whether `$[name]` means the element. */
  readonly selects: (name: string, element: Value) => boolean;
  /** The index that `$` stands for; undefined: the filter matched no element. */
  readonly matched: () => number | undefined;
}

/** An operation on one field of one document. */
export interface Step {
  readonly operation: UpdateOperation;
  readonly path: Path;
}

/**
 * Replaces the positional segments by the indexes that they mean in the document as it is before the update. Rejects
 * with INVALID_REQUEST where no array is, and where two operations come to mean the same field.
 * https://www.mongodb.com/docs/manual/reference/operator/update/positional-all/
 */
export function expandPaths(
  operations: readonly UpdateOperation[],
  document: ValueObject,
  positions: Positions,
): readonly Step[] {
  if (!operations.some(({ path }) => path.some((segment) => segment.startsWith('$'))))
    return operations.map((operation) => ({ operation, path: operation.path }));
  const steps = operations.flatMap((operation) => {
    const expansion: Expansion = { operation, positions, found: [] };
    expand(document, [], expansion);
    return expansion.found.map((path) => ({ operation, path }));
  });
  refuseConflicts(steps);
  return steps;
}

/** An array filter is asked of every element, in one turn of the thread that holds the document. */
const stepsPerElement = 8;

interface Expansion {
  readonly operation: UpdateOperation;
  readonly positions: Positions;
  readonly found: Path[];
}

function expand(value: Value | undefined, before: Path, expansion: Expansion): void {
  const { operation, positions } = expansion;
  const segment = operation.path[before.length];
  if (segment === undefined) expansion.found.push(before);
  else if (segment.startsWith('$[')) expandElements(value, segment.slice(2, -1), before, expansion);
  else if (segment === '$') {
    const index = positions.matched();
    if (index === undefined)
      throw failure(operation, 'the positional operator did not find the match needed from the filter');
    expand(isArray(value) ? value[index] : undefined, [...before, String(index)], expansion);
  } else expand(fieldOf(value, segment), [...before, segment], expansion);
}

function expandElements(value: Value | undefined, name: string, before: Path, expansion: Expansion): void {
  if (!isArray(value))
    throw failure(expansion.operation, `there is no array at '${before.join('.')}' to apply the update to`);
  const { context, selects } = expansion.positions;
  for (const [index, element] of value.entries()) {
    context.budget.spend(stepsPerElement);
    if (name === '' || selects(name, element)) expand(element, [...before, String(index)], expansion);
  }
}

function fieldOf(value: Value | undefined, segment: string): Value | undefined {
  const child = value === undefined ? undefined : childOf(value, segment);
  return child === 'blocked' ? undefined : child?.value;
}

function refuseConflicts(steps: readonly Step[]): void {
  const changed = new PathSet();
  for (const { operation, path } of steps)
    if (changed.add(path) !== undefined)
      throw failure(operation, `the update would create a conflict at '${path.join('.')}'`);
}

function failure(operation: UpdateOperation, message: string): ServiceError {
  return invalidRequest(message, operationPath(operation));
}
