import { systemFields } from '../../document/system-fields.ts';
import { invalidRequest, locateMistakes } from '../../errors.ts';
import type { Filter } from '../../query/filter.ts';
import type { UpdateStage } from '../../query/stage.ts';
import type { Update } from '../../query/update.ts';
import type { ValueObject } from '../../value/value.ts';
import { ownField } from '../../value/value-type.ts';
import { equalValues } from '../compare-values.ts';
import { compileDocumentStage } from '../compile-document-stage.ts';
import { compilePosition } from '../compile-position.ts';
import { equalUnordered } from '../equal-unordered.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import { applyOperators } from './apply-operators.ts';

/** The document that an update meets. */
export interface UpdateTarget {
  /** Its flat view; of a document that is being inserted, `_id` and the seed. */
  readonly view: ValueObject;
  /** The filter by which it was found, to which the positional `$` refers. */
  readonly where: Filter | undefined;
  /** `$setOnInsert` counts. */
  readonly inserting: boolean;
}

/**
 * The data fields after the update; the very same values where nothing changed. Rejects with INVALID_REQUEST what the
 * operators do not take, and a pipeline that changes a system field.
 */
export function applyUpdate(
  update: Update,
  fields: ValueObject,
  target: UpdateTarget,
  context: EvaluationContext,
): ValueObject {
  if (update.kind === 'pipeline') return applyStages(update.stages, fields, target.view, context);
  const { view, where, inserting } = target;
  const matched = () =>
    where === undefined || inserting ? undefined : compilePosition(where, context)(view);
  return applyOperators(update, fields, inserting, matched, context);
}

/** A system field that a stage drops stays as it is; one that it changes is refused. */
function applyStages(
  stages: readonly UpdateStage[],
  fields: ValueObject,
  view: ValueObject,
  context: EvaluationContext,
): ValueObject {
  const result = stages.reduce(
    (document, stage, index) =>
      locateMistakes(`update[${index}]`, () => compileDocumentStage(stage, context)(document)),
    view,
  );
  for (const field of systemFields) {
    const value = ownField(result, field);
    if (value !== undefined && !equalValues(value, ownField(view, field)))
      throw invalidRequest(`"${field}" is set by the service`, `update.${field}`);
  }
  const data = Object.fromEntries(Object.entries(result).filter(([name]) => !systemFields.has(name)));
  return equalUnordered(data, fields) ? fields : data;
}
