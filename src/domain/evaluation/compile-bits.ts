import { assertNever } from '../assert-never.ts';
import type { BitsLeaf } from '../query/filter.ts';
import { OpaqueValue, TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import type { ValueTest } from './match-path.ts';

/**
 * Integers within 64 bits, in two's complement with their sign extended, and binary data, extended by zeros.
 * https://www.mongodb.com/docs/manual/reference/operator/query-bitwise/
 */
export function compileBits(leaf: BitsLeaf): ValueTest {
  const { positions } = leaf;
  return (value) => {
    const isSet = bitReader(value);
    if (isSet === undefined) return false;
    switch (leaf.test) {
      case 'allSet':
        return positions.every(isSet);
      case 'allClear':
        return !positions.some(isSet);
      case 'anySet':
        return positions.some(isSet);
      case 'anyClear':
        return !positions.every(isSet);
      default:
        return assertNever(leaf.test);
    }
  };
}

function bitReader(value: Value | undefined): ((position: number) => boolean) | undefined {
  if (value instanceof OpaqueValue) return value.type === 'binData' ? byteReader(value) : undefined;
  const integer = integerOf(value);
  if (integer === undefined) return undefined;
  return (position) => ((integer >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}

function integerOf(value: Value | undefined): bigint | undefined {
  if (value instanceof TypedNumber && /^-?\d+$/.test(value.text)) return inInt64(BigInt(value.text));
  const number = value instanceof TypedNumber ? value.value : value;
  return typeof number === 'number' && Number.isInteger(number) ? inInt64(BigInt(number)) : undefined;
}

function inInt64(integer: bigint): bigint | undefined {
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

function byteReader(value: OpaqueValue): (position: number) => boolean {
  const parsed: { readonly $binary: { readonly base64: string } } = JSON.parse(value.extendedJson);
  const bytes = atob(parsed.$binary.base64);
  return (position) => ((bytes.charCodeAt(position >> 3) >> (position & 7)) & 1) === 1;
}
