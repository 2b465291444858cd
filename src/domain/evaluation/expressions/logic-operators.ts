import { OpaqueValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, numberOf } from './numbers.ts';
import { isNullish, type OperatorCompiler, operandError, unary } from './operator-compiler.ts';

type LogicOperator = '$and' | '$cond' | '$ifNull' | '$not' | '$or' | '$switch';

/** Those that evaluate only the arguments they need. */
export const logicOperators: Readonly<Record<LogicOperator, OperatorCompiler>> = {
  $and:
    ({ args }) =>
    (variables) =>
      args.every((arg) => truthy(arg(variables))),
  $or:
    ({ args }) =>
    (variables) =>
      args.some((arg) => truthy(arg(variables))),
  $not: unary((value) => !truthy(value)),
  $cond: ({ args }) => {
    const [condition, then, otherwise] = args;
    return (variables) => (truthy(condition?.(variables)) ? then : otherwise)?.(variables);
  },
  $ifNull:
    ({ args }) =>
    (variables) => {
      let value: Value | undefined;
      for (const arg of args) {
        value = arg(variables);
        if (!isNullish(value)) break;
      }
      return value;
    },
  $switch: (call) => {
    const { args, named } = call;
    return (variables) => {
      for (let i = 0; i < args.length; i += 2)
        if (truthy(args[i]?.(variables))) return args[i + 1]?.(variables);
      if (named.default === undefined)
        throw operandError(call, 'found no branch that holds, and has no default');
      return named.default(variables);
    };
  },
};

/** Everything but false, null, missing, undefined and zero. */
export function truthy(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  if (isNullish(value)) return false;
  if (isNumeric(value)) return numberOf(value) !== 0;
  return !(value instanceof OpaqueValue && value.type === 'undefined');
}
