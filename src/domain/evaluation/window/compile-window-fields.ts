import type { Path } from '../../query/path.ts';
import type { Sort } from '../../query/sort.ts';
import type { WindowField } from '../../query/stage.ts';
import { compileCall } from '../accumulators/compile-accumulators.ts';
import { documentScope } from '../document-scope.ts';
import { Held } from '../held.ts';
import type { StageContext } from '../stages/stage-runner.ts';
import { windowCompilers } from './window-compilers.ts';
import type { WindowFunction } from './window-function.ts';

export interface CompiledWindowField {
  readonly path: Path;
  readonly evaluate: WindowFunction;
}

export function compileWindowFields(
  fields: readonly WindowField[],
  sort: Sort,
  context: StageContext,
): readonly CompiledWindowField[] {
  const bindDocument = documentScope(context);
  return fields.map((field) => ({
    path: field.path,
    evaluate: windowCompilers[field.operator]({
      ...compileCall(field.operator, field, context, new Held(heldFactor * context.maxDocuments)),
      sort,
      unit: field.unit,
      window: field.window,
      bind: (row) => bindDocument(row.document),
    }),
  }));
}

/** Windows overlap: what `$push` keeps of them may be this many times the documents. */
const heldFactor = 10;
