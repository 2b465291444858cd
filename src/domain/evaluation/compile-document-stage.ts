import { ServiceError } from '../errors.ts';
import type { Stage, StageBody, UpdateStage } from '../query/stage.ts';
import type { ValueObject } from '../value/value.ts';
import { isObject } from '../value/value-type.ts';
import { compileExpression } from './compile-expression.ts';
import { compileProjection } from './compile-projection.ts';
import { documentScope } from './document-scope.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { boundedObject } from './expressions/bounded-values.ts';
import { withField } from './set-field.ts';
import { setPath, unsetPath } from './set-path.ts';

export type DocumentStage = Extract<StageBody, { kind: 'set' | 'unset' | 'replaceWith' | 'project' }>;
type DocumentChange = (document: ValueObject) => ValueObject;

/** Compiles a stage that makes one document of one document: of a pipeline, or of an update that is a pipeline. */
export function compileDocumentStage(
  stage: DocumentStage | UpdateStage,
  context: EvaluationContext,
): DocumentChange {
  switch (stage.kind) {
    case 'set':
      return compileSet(stage, context);
    case 'unset':
      return (document) => stage.paths.reduce(unsetPath, document);
    case 'replaceWith':
      return compileReplaceWith(stage, context);
    case 'project':
      return compileProject(stage, context);
  }
}

/** Fields that are taken over make a document no larger; computed ones may. */
function compileProject(
  stage: Extract<Stage | StageBody, { kind: 'project' }>,
  context: EvaluationContext,
): DocumentChange {
  const project = compileProjection(stage.projection, { kind: 'everything' }, context);
  const computes = stage.projection.fields.some((field) => field.kind === 'compute');
  return computes ? (document) => boundedObject(project(document), context) : project;
}

/** Every expression sees the document as it came, not the fields that the stage sets before. */
function compileSet(
  stage: Extract<Stage | StageBody, { kind: 'set' }>,
  context: EvaluationContext,
): DocumentChange {
  const bind = documentScope(context);
  const fields = stage.fields.map(({ path, expression }) => ({
    path,
    name: path.length === 1 ? path[0] : undefined,
    evaluate: compileExpression(expression, context),
  }));
  return (document) => {
    const scope = bind(document);
    let result = document;
    let mayGrow = false;
    for (const { path, name, evaluate } of fields) {
      const value = evaluate(scope);
      if (typeof value === 'object') mayGrow = true;
      result = name === undefined ? setPath(result, path, value) : withField(result, name, value);
    }
    return mayGrow ? boundedObject(result, context) : result;
  };
}

function compileReplaceWith(
  stage: Extract<Stage | StageBody, { kind: 'replaceWith' }>,
  context: EvaluationContext,
): DocumentChange {
  const bind = documentScope(context);
  const evaluate = compileExpression(stage.expression, context);
  return (document) => {
    const value = evaluate(bind(document));
    if (!isObject(value))
      throw new ServiceError('INVALID_REQUEST', '$replaceWith must make an object of every document', {
        operator: '$replaceWith',
      });
    return value;
  };
}
