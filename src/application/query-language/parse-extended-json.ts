import { invalidRequest } from '../../domain/errors.ts';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../../domain/value/bson.ts';
import type { Json, JsonObject, Value } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';
import { isJsonObject } from './parse-scope.ts';

/** Whether an object is written as a value of Extended JSON, rightly or wrongly. */
export function isExtendedJson(source: JsonObject): boolean {
  for (const name in source) return readers.has(name) && Object.hasOwn(source, name);
  return false;
}

/**
 * The value that an Extended JSON v2 object stands for, relaxed or canonical; INVALID_REQUEST when it is malformed.
 * https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 */
export function parseExtendedJson(source: JsonObject, options: ParseOptions): Value {
  const [entry, ...more] = Object.entries(source);
  const reader = entry === undefined ? undefined : readers.get(entry[0]);
  const value = entry === undefined || reader === undefined || more.length > 0 ? undefined : reader(entry[1]);
  if (value === undefined) throw invalidRequest(`malformed Extended JSON: ${entry?.[0] ?? ''}`, options.path);
  return value;
}

/** By the wrapper's key; undefined: malformed. */
const readers: ReadonlyMap<string, (content: Json) => Value | undefined> = new Map([
  ['$oid', readObjectId],
  ['$date', readDate],
  ['$numberInt', readInt],
  ['$numberLong', readLong],
  ['$numberDouble', readDouble],
  ['$numberDecimal', readDecimal],
  ['$regularExpression', readRegex],
  ['$binary', readBinary],
  ['$uuid', readUuid],
  ['$timestamp', readTimestamp],
  ['$symbol', readSymbol],
  ['$minKey', (content) => (content === 1 ? opaque('minKey', { $minKey: 1 }) : undefined)],
  ['$maxKey', (content) => (content === 1 ? opaque('maxKey', { $maxKey: 1 }) : undefined)],
  ['$undefined', (content) => (content === true ? opaque('undefined', { $undefined: true }) : undefined)],
]);

function opaque(type: OpaqueValue['type'], canonical: JsonObject): OpaqueValue {
  return new OpaqueValue(type, JSON.stringify(canonical));
}

function readObjectId(content: Json): Value | undefined {
  if (typeof content !== 'string' || !/^[0-9a-f]{24}$/i.test(content)) return undefined;
  return new ObjectIdValue(content.toLowerCase());
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

function readDate(content: Json): Value | undefined {
  const millis = dateMillis(content);
  const date = millis === undefined ? undefined : new Date(millis);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

function dateMillis(content: Json): number | undefined {
  if (typeof content === 'number') return Number.isInteger(content) ? content : undefined;
  if (typeof content === 'string') return rfc3339.test(content) ? Date.parse(content) : undefined;
  const long = isJsonObject(content) ? content.$numberLong : undefined;
  return typeof long === 'string' && integer.test(long) ? Number(long) : undefined;
}

const integer = /^-?\d{1,19}$/;

function readInt(content: Json): Value | undefined {
  if (typeof content !== 'string' || !integer.test(content)) return undefined;
  const value = Number(content);
  return value >= -2147483648 && value <= 2147483647 ? value + 0 : undefined;
}

function readLong(content: Json): Value | undefined {
  if (typeof content !== 'string' || !integer.test(content)) return undefined;
  const exact = BigInt(content);
  if (exact !== BigInt.asIntN(64, exact)) return undefined;
  return new TypedNumber('long', Number(exact), exact.toString());
}

function readDouble(content: Json): Value | undefined {
  if (typeof content !== 'string' || !/^(-?Infinity|NaN|-?\d+(\.\d*)?(e[+-]?\d+)?)$/i.test(content))
    return undefined;
  const value = Number(content);
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? new TypedNumber('double', value) : value;
}

/** Decimal128 has 34 digits and exponents of −6176…6111; more is refused, it would be rounded. */
function readDecimal(content: Json): Value | undefined {
  if (typeof content !== 'string' || content.length > 6200) return undefined;
  if (/^(-?Infinity|NaN)$/i.test(content)) return new TypedNumber('decimal', Number(content), content);
  const match = /^-?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i.exec(content);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`;
  const scale = Math.abs(Number(exponent) - fraction.length);
  if (digits === '' || digits.replace(/^0+/, '').length > 34 || scale > 6176) return undefined;
  return new TypedNumber('decimal', Number(content), content);
}

function readRegex(content: Json): Value | undefined {
  if (!isJsonObject(content)) return undefined;
  const { pattern, options, ...more } = content;
  if (typeof pattern !== 'string' || typeof options !== 'string' || Object.keys(more).length > 0)
    return undefined;
  return new RegexValue(pattern, options);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function readBinary(content: Json): Value | undefined {
  if (!isJsonObject(content)) return undefined;
  const { base64: bytes, subType, ...more } = content;
  if (typeof bytes !== 'string' || !base64.test(bytes) || Object.keys(more).length > 0) return undefined;
  if (typeof subType !== 'string' || !/^[0-9a-f]{1,2}$/i.test(subType)) return undefined;
  return binary(bytes, subType.padStart(2, '0').toLowerCase());
}

function binary(bytes: string, subType: string): OpaqueValue {
  return opaque('binData', { $binary: { base64: bytes, subType } });
}

function readUuid(content: Json): Value | undefined {
  if (typeof content !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(content))
    return undefined;
  const pairs = content.replaceAll('-', '').match(/../g) ?? [];
  return binary(btoa(String.fromCharCode(...pairs.map((pair) => Number.parseInt(pair, 16)))), '04');
}

function readTimestamp(content: Json): Value | undefined {
  if (!isJsonObject(content)) return undefined;
  const { t, i, ...more } = content;
  if (!isUint32(t) || !isUint32(i) || Object.keys(more).length > 0) return undefined;
  return opaque('timestamp', { $timestamp: { t, i } });
}

function isUint32(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}

function readSymbol(content: Json): Value | undefined {
  return typeof content === 'string' ? opaque('symbol', { $symbol: content }) : undefined;
}
