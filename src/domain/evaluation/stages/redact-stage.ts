import { ServiceError } from '../../errors.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import { OpaqueValue } from '../../value/bson.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isArray, isObject } from '../../value/value-type.ts';
import { compileExpression } from '../compile-expression.ts';
import { type MutableObject, setField } from '../set-field.ts';
import type { StageCompiler } from './stage-runner.ts';

/** What the stage's variables stand for; only these very objects are answers, no string that looks like them. */
const descend = new OpaqueValue('symbol', '{"$symbol":"descend"}');
const prune = new OpaqueValue('symbol', '{"$symbol":"prune"}');
const keep = new OpaqueValue('symbol', '{"$symbol":"keep"}');

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/redact/ */
export const compileRedact: StageCompiler<'redact'> = (stage, context) => {
  const evaluate = compileExpression(stage.expression, context);
  const scope = new Map<string, Value | undefined>(context.variables);
  scope.set('DESCEND', descend).set('PRUNE', prune).set('KEEP', keep);

  const redactObject = (object: ValueObject): ValueObject | undefined => {
    context.budget.spend(1);
    scope.set('CURRENT', object);
    const decision = evaluate(scope);
    if (decision === keep) return object;
    if (decision === prune) return undefined;
    if (decision !== descend)
      throw new ServiceError('INVALID_REQUEST', '$redact must answer $$DESCEND, $$PRUNE or $$KEEP', {
        operator: '$redact',
      });
    const result: MutableObject = {};
    for (const [name, value] of Object.entries(object)) {
      const redacted = redactValue(value);
      if (redacted !== undefined) setField(result, name, redacted);
    }
    return result;
  };
  const redactValue = (value: Value): Value | undefined => {
    if (isArray(value)) return value.map(redactValue).filter((element) => element !== undefined);
    return isObject(value) ? redactObject(value) : value;
  };

  return async function* (input) {
    for await (const chunk of input) {
      const out: PipelineDocument[] = [];
      for (const document of chunk) {
        scope.set('ROOT', document);
        const redacted = redactObject(document);
        if (redacted !== undefined) out.push(redacted);
      }
      if (out.length > 0) yield out;
    }
  };
};
