import { OpaqueValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';

export interface Binary {
  readonly bytes: Uint8Array;
  /** Two hex digits. */
  readonly subType: string;
}

/** The bytes of a binary value; undefined for any other. */
export function asBinary(value: Value | undefined): Binary | undefined {
  if (!(value instanceof OpaqueValue) || value.type !== 'binData') return undefined;
  const match = /"base64":"([^"]*)","subType":"(\w+)"/.exec(value.extendedJson);
  const text = atob(match?.[1] ?? '');
  return {
    bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)),
    subType: (match?.[2] ?? '00').padStart(2, '0'),
  };
}

/** The value of some bytes, in the form that Extended JSON has. */
export function makeBinary({ bytes, subType }: Binary): OpaqueValue {
  return new OpaqueValue('binData', JSON.stringify({ $binary: { base64: toBase64(bytes), subType } }));
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
