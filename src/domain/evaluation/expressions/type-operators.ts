import { ServiceError } from '../../errors.ts';
import { OpaqueValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { isObject } from '../../value/value-type.ts';
import { asBinary } from './binary.ts';
import { bsonSize } from './bson-size.ts';
import { isNumeric, makeLong } from './numbers.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
  typeName,
  unary,
} from './operator-compiler.ts';
import { utf8Length } from './text.ts';

type TypeOperator =
  | '$binarySize'
  | '$bsonSize'
  | '$isNumber'
  | '$meta'
  | '$rand'
  | '$sampleRate'
  | '$toHashedIndexKey'
  | '$tsIncrement'
  | '$tsSecond'
  | '$type';

/** Operators about a value's type and size, and the few that stand alone. */
export const typeOperators: Readonly<Record<TypeOperator, OperatorCompiler>> = {
  $binarySize: unary((value, call) => {
    if (isNullish(value)) return null;
    if (typeof value === 'string') return utf8Length(value);
    const binary = asBinary(value);
    if (binary === undefined) throw typeError(call, 'a string or binary', value);
    return binary.bytes.length;
  }),
  $bsonSize: unary((value, call) => {
    if (isNullish(value)) return null;
    if (!isObject(value)) throw typeError(call, 'an object', value);
    return bsonSize(value);
  }),
  $isNumber: unary((value) => isNumeric(value)),
  /** Metadata exist where a database's own text or geo search made them; none reaches this engine. */
  $meta: () => () => undefined,
  $rand: eager(() => Math.random()),
  $sampleRate: (call) => {
    throw operandError(call, 'stands in filters only');
  },
  $toHashedIndexKey: (call) => {
    throw new ServiceError('UNSUPPORTED_OPERATION', `${call.operator} is not available`, {
      capability: call.operator,
    });
  },
  $tsIncrement: unary((value, call) => timestampPart(value, 'i', call)),
  $tsSecond: unary((value, call) => timestampPart(value, 't', call)),
  $type: unary((value) => typeName(value)),
};

function timestampPart(value: Value | undefined, part: 't' | 'i', call: CompiledCall): Value {
  if (isNullish(value)) return null;
  if (!(value instanceof OpaqueValue) || value.type !== 'timestamp')
    throw typeError(call, 'a timestamp', value);
  const digits = new RegExp(`"${part}":(\\d+)`).exec(value.extendedJson)?.[1] ?? '0';
  return makeLong(BigInt(digits));
}
