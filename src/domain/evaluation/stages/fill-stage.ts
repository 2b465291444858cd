import type { Path } from '../../query/path.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { compileExpression } from '../compile-expression.ts';
import { documentScope } from '../document-scope.ts';
import { getPath } from '../get-path.ts';
import { setPath } from '../set-path.ts';
import { carryForward, interpolate } from '../window/fill-functions.ts';
import type { Rows } from '../window/window-function.ts';
import { blocking } from './chunks.ts';
import { compilePartitions } from './partitions.ts';
import type { StageCompiler, StageContext, StageOf } from './stage-runner.ts';

type FillField = StageOf<'fill'>['output'][number];

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/fill/ */
export const compileFill: StageCompiler<'fill'> = (stage, context) => {
  const partition = compilePartitions(stage.partitionBy, stage.sort, context);
  const fields = stage.output.map((field) => ({ path: field.path, fill: compileField(field, context) }));
  return blocking(async (documents) => {
    const out: PipelineDocument[] = [];
    for (const rows of await partition(documents)) {
      const columns = fields.map(({ path, fill }) => ({ path, values: fill(rows) }));
      rows.forEach(({ document }, i) => {
        out.push(columns.reduce((result, { path, values }) => fillAt(result, path, values[i]), document));
      });
      await context.pace.rest();
    }
    return out;
  }, context);
};

function compileField(
  field: FillField,
  context: StageContext,
): (rows: Rows) => readonly (Value | undefined)[] {
  const valuesOf = (rows: Rows) => rows.map((row) => getPath(row.document, field.path));
  if (field.method === 'locf') return (rows) => carryForward(valuesOf(rows));
  if (field.method === 'linear') return (rows) => interpolate(valuesOf(rows), rows);
  const evaluate = compileExpression(field.method.value, context);
  const bind = documentScope(context);
  return (rows) => rows.map((row) => evaluate(bind(row.document)));
}

/** Only null and missing fields are filled. */
function fillAt(document: PipelineDocument, path: Path, value: Value | undefined): PipelineDocument {
  const current = getPath(document, path);
  return current === undefined || current === null ? setPath(document, path, value ?? null) : document;
}
