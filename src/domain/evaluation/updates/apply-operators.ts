import { invalidRequest, locateMistakes } from '../../errors.ts';
import type { Path } from '../../query/path.ts';
import type { Update, UpdateOperationOf } from '../../query/update.ts';
import type { ValueObject } from '../../value/value.ts';
import { compileFilter } from '../compile-filter.ts';
import { equalUnordered } from '../equal-unordered.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import { DocumentDraft } from './document-draft.ts';
import { expandPaths, type Positions } from './expand-paths.ts';
import { operationPath } from './operation-path.ts';
import { computeField, createsField, type FieldOperation } from './update-rules.ts';

type OperatorUpdate = Extract<Update, { readonly kind: 'operators' }>;

/**
 * The fields after the operators were applied; the very object that was given when nothing changed.
 * @param inserting whether the document is just being made, so that `$setOnInsert` counts.
 */
export function applyOperators(
  update: OperatorUpdate,
  fields: ValueObject,
  inserting: boolean,
  matched: Positions['matched'],
  context: EvaluationContext,
): ValueObject {
  const operations = inserting
    ? update.operations
    : update.operations.filter(({ op }) => op !== '$setOnInsert');
  const draft = new DocumentDraft(fields);
  const positions = { context, matched, selects: elementTests(update, context) };
  for (const { operation, path } of expandPaths(operations, fields, positions)) {
    context.budget.spend(path.length);
    locateMistakes(operationPath(operation), () => {
      if (operation.op === '$rename') renameField(operation, draft);
      else changeField(operation, path, draft, context);
    });
  }
  return draft.root;
}

function elementTests(update: OperatorUpdate, context: EvaluationContext): Positions['selects'] {
  const tests = new Map(
    Object.entries(update.arrayFilters).map(([name, filter]) => [name, compileFilter(filter, context)]),
  );
  return (name, element) => tests.get(name)?.({ [name]: element }) === true;
}

function changeField(
  operation: FieldOperation,
  path: Path,
  draft: DocumentDraft,
  context: EvaluationContext,
): void {
  const place = draft.find(path);
  if (place.kind !== 'value' && !createsField(operation.op)) return;
  const current = place.kind === 'value' ? place.value : undefined;
  const next = computeField(operation, current, context);
  if (next === undefined) draft.remove(path);
  // The order of an object's fields does not count, because some databases do not keep it.
  else if (current === undefined || !equalUnordered(current, next)) draft.write(path, next);
}

/**
 * Moves a value, over whatever stands at its new place; nothing happens when there is none.
 * https://www.mongodb.com/docs/manual/reference/operator/update/rename/
 */
function renameField(operation: UpdateOperationOf<'$rename'>, draft: DocumentDraft): void {
  const { path, to } = operation;
  const source = draft.find(path);
  if (draft.passesArray(path))
    throw invalidRequest('$rename takes no element of an array', operationPath(operation));
  if (source.kind !== 'value') return;
  if (draft.passesArray(to))
    throw invalidRequest('$rename does not move into an array', operationPath(operation));
  draft.remove(path);
  draft.write(to, source.value);
}
