import { invalidRequest } from '../../domain/errors.ts';
import type { BitsLeaf, Filter } from '../../domain/query/filter.ts';
import { OpaqueValue } from '../../domain/value/bson.ts';
import type { Json } from '../../domain/value/value.ts';
import type { FieldOperation } from './field-operation.ts';
import { parseInteger, parseNumber } from './parse-number.ts';
import { isJsonArray, isJsonObject, type ParseScope, spendNodes } from './parse-scope.ts';
import { parseValue } from './parse-value.ts';

/** A mask (an integer from 0 to 2^63 − 1, or binary data, its first byte lowest) or a list of positions. */
export function parseBits(operation: FieldOperation, test: BitsLeaf['test']): Filter {
  const { path, operand, scope } = operation;
  const positions = isJsonArray(operand) ? listedPositions(operand, scope) : maskPositions(operand, scope);
  return { kind: 'bits', path, test, positions: [...new Set(positions)].sort((a, b) => a - b) };
}

function listedPositions(source: readonly Json[], scope: ParseScope): readonly number[] {
  spendNodes(scope, source.length);
  return source.map((item) => {
    const position = parseInteger(item, scope);
    if (position === undefined || position < 0 || position > 0x7fffffff)
      throw invalidRequest('bit positions are integers that are not negative', scope.path);
    return position;
  });
}

function maskPositions(source: Json, scope: ParseScope): readonly number[] {
  const value = isJsonObject(source) && scope.extendedJson ? parseValue(source, scope) : undefined;
  if (value instanceof OpaqueValue && value.type === 'binData') return bytePositions(value);
  const mask = parseNumber(source, scope);
  if (mask === undefined || !Number.isInteger(mask) || mask < 0 || mask >= 2 ** 63)
    throw invalidRequest('needs a mask that is not negative, or a list of bit positions', scope.path);
  return setBits(BigInt(mask));
}

function setBits(mask: bigint): readonly number[] {
  const positions: number[] = [];
  for (let rest = mask, position = 0; rest > 0n; rest >>= 1n, position++)
    if ((rest & 1n) === 1n) positions.push(position);
  return positions;
}

function bytePositions(value: OpaqueValue): readonly number[] {
  const parsed: { readonly $binary: { readonly base64: string } } = JSON.parse(value.extendedJson);
  const bytes = [...atob(parsed.$binary.base64)];
  return bytes.flatMap((byte, index) =>
    setBits(BigInt(byte.charCodeAt(0))).map((position) => index * 8 + position),
  );
}
