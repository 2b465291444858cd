import { RegexValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { compareStrings } from '../compare-strings.ts';
import { boundedArray, boundedString } from './bounded-values.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
  unary,
  type Values,
} from './operator-compiler.ts';
import { codePointLength, coerceText, lowerAscii, upperAscii, utf8Length } from './text.ts';

type StringOperator =
  | '$concat'
  | '$split'
  | '$strLenBytes'
  | '$strLenCP'
  | '$strcasecmp'
  | '$toLower'
  | '$toUpper';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#string-expression-operators */
export const stringOperators: Readonly<Record<StringOperator, OperatorCompiler>> = {
  $concat: eager(concat),
  $split: eager(([text, separator], call) => {
    if (isNullish(text) || isNullish(separator)) return null;
    if (typeof text !== 'string') throw typeError(call, 'a string', text);
    if (separator instanceof RegexValue) throw operandError(call, 'takes no regular expression here');
    if (typeof separator !== 'string') throw typeError(call, 'a string as its separator', separator);
    if (separator === '') throw operandError(call, 'takes a separator that is not empty');
    const parts = text.split(separator);
    call.context.budget.spend(parts.length + (text.length >> 10));
    return boundedArray(parts, call.context);
  }),
  $strLenBytes: unary((text, call) => utf8Length(stringOf(text, call))),
  $strLenCP: unary((text, call) => codePointLength(stringOf(text, call))),
  $strcasecmp: eager(([a, b], call) =>
    Math.sign(compareStrings(upperAscii(coerceText(a, call)), upperAscii(coerceText(b, call)))),
  ),
  $toLower: unary((text, call) => lowerAscii(coerceText(text, call))),
  $toUpper: unary((text, call) => upperAscii(coerceText(text, call))),
};

function stringOf(value: Value | undefined, call: CompiledCall): string {
  if (typeof value !== 'string') throw typeError(call, 'a string', value);
  call.context.budget.spend(value.length >> 10);
  return value;
}

function concat(args: Values, call: CompiledCall): Value {
  let joined = '';
  for (const arg of args) {
    if (isNullish(arg)) return null;
    if (typeof arg !== 'string') throw typeError(call, 'strings', arg);
    joined += arg;
  }
  return boundedString(joined, call.context);
}
