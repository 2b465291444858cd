import type { ModLeaf } from '../query/filter.ts';
import { TypedNumber } from '../value/bson.ts';
import type { ValueTest } from './match-path.ts';

/** Numbers, cut towards zero, whose remainder (with the sign of the number) is the given one. */
export function compileMod(leaf: ModLeaf): ValueTest {
  const { divisor, remainder } = leaf;
  return (value) => {
    if (typeof value === 'number') return isInt64(value) && (Math.trunc(value) % divisor) + 0 === remainder;
    if (!(value instanceof TypedNumber) || !isInt64(value.value)) return false;
    return integerOf(value) % BigInt(divisor) === BigInt(remainder);
  };
}

function isInt64(value: number): boolean {
  return value >= -(2 ** 63) && value < 2 ** 63;
}

function integerOf(number: TypedNumber): bigint {
  return /^-?\d+$/.test(number.text) ? BigInt(number.text) : BigInt(Math.trunc(number.value));
}
