import type { Value } from '../../value/value.ts';
import { asBinary, type Binary, makeBinary, toBase64 } from './binary.ts';
import { isNumeric, makeDouble, makeInteger, numberOf, numberTypeOf } from './numbers.ts';
import { fromUtf8, utf8 } from './text.ts';

export const binaryFormats = ['auto', 'base64', 'base64url', 'hex', 'utf8', 'uuid'] as const;
export type BinaryFormat = (typeof binaryFormats)[number];
export type ByteOrder = 'little' | 'big';

/** Bytes of a text in a format, or of a number in a byte order; undefined: it has none. */
export function toBinary(
  value: Value,
  subType: number,
  format: BinaryFormat,
  order: ByteOrder,
): Value | undefined {
  if (asBinary(value) !== undefined) return asBinary(value)?.subType === hexByte(subType) ? value : undefined;
  if ((format === 'uuid') !== (subType === 4) && typeof value === 'string') return undefined;
  const bytes = typeof value === 'string' ? bytesOfText(value, format) : bytesOfNumber(value, order);
  return bytes === undefined ? undefined : makeBinary({ bytes, subType: hexByte(subType) });
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

const textForms: Readonly<Record<Exclude<BinaryFormat, 'auto'>, RegExp>> = {
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  base64url: /^(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?$/,
  hex: /^(?:[0-9a-f]{2})*$/i,
  utf8: /^[\s\S]*$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

function bytesOfText(text: string, format: BinaryFormat): Uint8Array | undefined {
  if (format === 'auto' || !textForms[format].test(text)) return undefined;
  if (format === 'utf8') return utf8(text);
  if (format === 'hex' || format === 'uuid')
    return Uint8Array.from(text.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function bytesOfNumber(value: Value, order: ByteOrder): Uint8Array | undefined {
  if (!isNumeric(value) || numberTypeOf(value) === 'decimal') return undefined;
  const type = numberTypeOf(value);
  const view = new DataView(new ArrayBuffer(type === 'int' ? 4 : 8));
  if (type === 'int') view.setInt32(0, numberOf(value), order === 'little');
  else if (type === 'long') view.setBigInt64(0, BigInt(numberOf(value)), order === 'little');
  else view.setFloat64(0, numberOf(value), order === 'little');
  return new Uint8Array(view.buffer);
}

/** The text of some bytes in a format; undefined: they have none. */
export function textOfBinary({ bytes, subType }: Binary, format: BinaryFormat): string | undefined {
  const hex = Array.from(bytes, hexByte).join('');
  switch (format) {
    case 'auto':
      return subType === '04' ? textOfBinary({ bytes, subType }, 'uuid') : toBase64(bytes);
    case 'base64':
      return toBase64(bytes);
    case 'base64url':
      return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    case 'hex':
      return hex.toUpperCase();
    case 'utf8':
      return decoded(bytes);
    case 'uuid':
      return subType === '04' && bytes.length === 16
        ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
        : undefined;
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}

/** The number that some bytes are, by how many there are. */
export function numberOfBinary(
  { bytes }: Binary,
  target: 'int' | 'long' | 'double',
  order: ByteOrder,
): Value | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = order === 'little';
  if (target === 'double') {
    if (bytes.length === 8) return makeDouble(view.getFloat64(0, little));
    return bytes.length === 4 ? makeDouble(view.getFloat32(0, little)) : undefined;
  }
  if (bytes.length === 1) return makeInteger(BigInt(view.getInt8(0)), target);
  if (bytes.length === 2) return makeInteger(BigInt(view.getInt16(0, little)), target);
  if (bytes.length === 4) return makeInteger(BigInt(view.getInt32(0, little)), target);
  return bytes.length === 8 && target === 'long'
    ? makeInteger(view.getBigInt64(0, little), 'long')
    : undefined;
}
