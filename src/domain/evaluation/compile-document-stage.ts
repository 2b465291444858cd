import { ServiceError } from '../errors.ts';
import type { Path } from '../query/path.ts';
import type { Stage, StageBody, UpdateStage } from '../query/stage.ts';
import type { ValueObject } from '../value/value.ts';
import { isObject } from '../value/value-type.ts';
import { compileExpression } from './compile-expression.ts';
import { compileProjection } from './compile-projection.ts';
import { documentScope } from './document-scope.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { boundedObject } from './expressions/bounded-values.ts';
import { pathTree, setPaths, unsetPaths } from './set-path.ts';

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
      return compileUnset(stage.paths, context);
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
  const expressions = stage.fields.map(({ expression }) => compileExpression(expression, context));
  const tree = pathTree(stage.fields.map(({ path }) => path));
  return (document) => {
    const scope = bind(document);
    context.budget.spend(expressions.length >> 3);
    const values = expressions.map((evaluate) => evaluate(scope));
    const result = setPaths(document, tree, values);
    return values.some((value) => typeof value === 'object') ? boundedObject(result, context) : result;
  };
}

function compileUnset(paths: readonly Path[], context: EvaluationContext): DocumentChange {
  const tree = pathTree(paths);
  return (document) => {
    context.budget.spend(paths.length >> 3);
    return unsetPaths(document, tree);
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
