import { ServiceError } from '../../errors.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import { isArray, isObject } from '../../value/value-type.ts';
import { compileExpression } from '../compile-expression.ts';
import { slices } from './chunks.ts';
import type { StageCompiler } from './stage-runner.ts';

/** Documents out of the query itself; what came in is not read. */
export const compileDocuments: StageCompiler<'documents'> = (stage, context) => {
  const evaluate = compileExpression(stage.documents, context);
  return async function* () {
    const value = evaluate(new Map(context.variables));
    if (!isArray(value) || !value.every(isObject))
      throw new ServiceError('INVALID_REQUEST', '$documents must be an array of objects', {
        operator: '$documents',
      });
    yield* slices(value as readonly PipelineDocument[], context.pace);
  };
};
