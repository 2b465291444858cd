import type { Value } from '../../value/value.ts';
import { isObject } from '../../value/value-type.ts';
import { asBinary } from './binary.ts';
import {
  type BinaryFormat,
  type ByteOrder,
  binaryFormats,
  numberOfBinary,
  textOfBinary,
  toBinary,
} from './convert-binary.ts';
import { type ConversionTarget, conversions } from './convert-value.ts';
import { asInt } from './numbers.ts';
import {
  type CompiledCall,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  operandError,
  typeName,
  unary,
} from './operator-compiler.ts';

type ConversionOperator =
  | '$convert'
  | '$toBool'
  | '$toDate'
  | '$toDecimal'
  | '$toDouble'
  | '$toInt'
  | '$toLong'
  | '$toObjectId'
  | '$toString';

export const conversionOperators: Readonly<Record<ConversionOperator, OperatorCompiler>> = {
  $convert: (call) => {
    const { onError, onNull, ...named } = call.named;
    const convert = eagerNamed((values) => convertNamed(values, call, onError !== undefined))({
      ...call,
      named,
    });
    return (variables) => {
      const converted = convert(variables);
      if (converted === noInput) return onNull === undefined ? null : onNull(variables);
      return converted === undefined ? onError?.(variables) : converted;
    };
  },
  $toBool: to('bool'),
  $toDate: to('date'),
  $toDecimal: to('decimal'),
  $toDouble: to('double'),
  $toInt: to('int'),
  $toLong: to('long'),
  $toObjectId: to('objectId'),
  $toString: to('string'),
};

function to(target: ConversionTarget): OperatorCompiler {
  return unary((value, call) => {
    if (isNullish(value)) return null;
    const format = target === 'string' ? 'auto' : undefined;
    const converted = convert(value, { name: target, subType: 0 }, format, 'little');
    if (converted === undefined) throw conversionError(value, target, call);
    return converted;
  });
}

/** Stands for a null input, which `onNull` answers; told apart from a target of null by identity. */
const noInput: Value = Object.freeze({});

interface Target {
  readonly name: string;
  readonly subType: number;
}

/** Undefined where the value cannot be converted and `onError` stands in. */
function convertNamed(named: NamedValues, call: CompiledCall, lenient: boolean): Value | undefined {
  const { input } = named;
  const target = readTarget(named.to, isNullish(input), call);
  if (isNullish(input)) return noInput;
  if (target === undefined) return null;
  const order = readOrder(named.byteOrder, call);
  const format = readFormat(named.format, call);
  if (target.name === 'binData' && typeof input === 'string' && format === undefined)
    throw operandError(call, 'needs a format to make binary data of a string');
  const converted = convert(input, target, format, order);
  if (converted === undefined && !lenient) throw conversionError(input, target.name, call);
  return converted;
}

function convert(
  value: Value,
  { name, subType }: Target,
  format: BinaryFormat | undefined,
  order: ByteOrder,
): Value | undefined {
  if (name === 'binData') return toBinary(value, subType, format ?? 'auto', order);
  const binary = asBinary(value);
  if (binary !== undefined && name === 'string')
    return format === undefined ? undefined : textOfBinary(binary, format);
  if (binary !== undefined && (name === 'int' || name === 'long' || name === 'double'))
    return numberOfBinary(binary, name, order);
  return isConversionTarget(name) ? conversions[name](value) : undefined;
}

function isConversionTarget(name: string): name is ConversionTarget {
  return Object.hasOwn(conversions, name);
}

/** BSON's numbers of types. https://www.mongodb.com/docs/manual/reference/bson-types/ */
const typeNames: ReadonlyMap<number, string> = new Map([
  [-1, 'minKey'],
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [6, 'undefined'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [12, 'dbPointer'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [127, 'maxKey'],
]);
const knownNames: ReadonlySet<string> = new Set(typeNames.values());

/** A name, a number, or `{type, subtype}`; undefined of null. */
function readTarget(to: Value | undefined, inputIsNull: boolean, call: CompiledCall): Target | undefined {
  const type = isObject(to) ? to.type : to;
  if (isNullish(type)) {
    if (isObject(to) && !inputIsNull) throw operandError(call, "misses the 'type' of its target");
    return undefined;
  }
  const name = typeof type === 'string' ? type : typeNames.get(asInt(type) ?? 0);
  if (name === undefined || !knownNames.has(name))
    throw operandError(call, `does not know the type ${JSON.stringify(type)}`);
  return { name, subType: inputIsNull || !isObject(to) ? 0 : readSubType(to.subtype, name, call) };
}

function readSubType(value: Value | undefined, name: string, call: CompiledCall): number {
  if (isNullish(value)) return 0;
  const subType = asInt(value);
  const valid =
    subType !== undefined && ((subType >= 0 && subType <= 8) || (subType >= 128 && subType <= 255));
  if (!valid && name === 'binData') throw operandError(call, 'takes the subtypes 0 to 8 and 128 to 255');
  return subType ?? 0;
}

function readOrder(value: Value | undefined, call: CompiledCall): ByteOrder {
  if (isNullish(value)) return 'little';
  if (value !== 'little' && value !== 'big')
    throw operandError(call, "takes 'little' or 'big' as its byteOrder");
  return value;
}

function readFormat(value: Value | undefined, call: CompiledCall): BinaryFormat | undefined {
  if (isNullish(value)) return undefined;
  const format = binaryFormats.find((known) => known === value);
  if (format === undefined)
    throw operandError(call, `takes one of ${binaryFormats.join(', ')} as its format`);
  return format;
}

function conversionError(value: Value, target: string, call: CompiledCall): Error {
  const text = typeof value === 'string' ? ` ${JSON.stringify(value.slice(0, 64))}` : '';
  return operandError(call, `cannot convert ${typeName(value)}${text} to ${target}`);
}
