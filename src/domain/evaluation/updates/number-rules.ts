import { invalidRequest, type ServiceError } from '../../errors.ts';
import type { BitOperation, UpdateOperation, UpdateOperationOf } from '../../query/update.ts';
import { TypedNumber } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { operationPath } from './operation-path.ts';

/** The sum; a missing field counts as 0. https://www.mongodb.com/docs/manual/reference/operator/update/inc/ */
export function applyInc(operation: UpdateOperationOf<'$inc'>, current: Value | undefined): Value {
  return arithmetic(operation, current, (a, b) => a + b);
}

/** The product; a missing field counts as 0. https://www.mongodb.com/docs/manual/reference/operator/update/mul/ */
export function applyMul(operation: UpdateOperationOf<'$mul'>, current: Value | undefined): Value {
  return arithmetic(operation, current, (a, b) => a * b);
}

/**
 * Bit by bit in two's complement; a missing field counts as 0. Beyond 32 bits the operators of JavaScript would cut.
 * https://www.mongodb.com/docs/manual/reference/operator/update/bit/
 */
export function applyBit(operation: UpdateOperationOf<'$bit'>, current: Value | undefined): Value {
  const start = current === undefined ? 0 : plainNumber(current);
  if (start === undefined || !Number.isSafeInteger(start))
    throw failure(operation, '$bit needs an integer in the field');
  const bits = operation.operations.reduce(
    (value, { operator, mask }) => bitRules[operator](value, BigInt(mask)),
    BigInt(start),
  );
  const result = Number(bits);
  if (!Number.isSafeInteger(result)) throw failure(operation, 'the result lies beyond 2^53−1');
  return result;
}

const bitRules: Readonly<Record<BitOperation['operator'], (value: bigint, mask: bigint) => bigint>> = {
  and: (value, mask) => value & mask,
  or: (value, mask) => value | mask,
  xor: (value, mask) => value ^ mask,
};

/** Integers stay exact: a sum or product of integers beyond 2^53−1 fails instead of losing digits. */
function arithmetic(
  operation: UpdateOperationOf<'$inc'> | UpdateOperationOf<'$mul'>,
  current: Value | undefined,
  compute: (a: number, b: number) => number,
): Value {
  const a = current === undefined ? 0 : plainNumber(current);
  const b = plainNumber(operation.value);
  if (a === undefined) throw failure(operation, `${operation.op} needs a number in the field`);
  if (b === undefined) throw failure(operation, `${operation.op} takes a number that JSON can hold`);
  const result = compute(a, b);
  const exact = Number.isSafeInteger(a) && Number.isSafeInteger(b);
  if (exact && !Number.isSafeInteger(result)) throw failure(operation, 'the result lies beyond 2^53−1');
  if (!Number.isFinite(result)) throw failure(operation, 'the result is too large for a double');
  // JSON has one zero.
  return result === 0 ? 0 : result;
}

/** Undefined for what is no number, and for decimals and longs that a double cannot hold. */
function plainNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (!(value instanceof TypedNumber) || value.type === 'decimal') return undefined;
  return value.type === 'double' || Number.isSafeInteger(value.value) ? value.value : undefined;
}

function failure(operation: UpdateOperation, message: string): ServiceError {
  return invalidRequest(message, operationPath(operation));
}
