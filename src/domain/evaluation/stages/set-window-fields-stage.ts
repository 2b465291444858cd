import type { Path } from '../../query/path.ts';
import type { PipelineDocument } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { boundedObject } from '../expressions/bounded-values.ts';
import { setPath } from '../set-path.ts';
import { compileWindowFields } from '../window/compile-window-fields.ts';
import { blocking } from './chunks.ts';
import { compilePartitions } from './partitions.ts';
import type { StageCompiler } from './stage-runner.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/ */
export const compileSetWindowFields: StageCompiler<'setWindowFields'> = (stage, context) => {
  const partition = compilePartitions(stage.partitionBy, stage.sort, context);
  const fields = compileWindowFields(stage.output, stage.sort, context);
  return blocking(async (documents) => {
    const out: PipelineDocument[] = [];
    for (const rows of await partition(documents)) {
      const columns: { readonly path: Path; readonly values: readonly (Value | undefined)[] }[] = [];
      for (const field of fields) {
        columns.push({ path: field.path, values: field.evaluate(rows) });
        await context.pace.rest();
      }
      rows.forEach(({ document }, i) => {
        const changed = columns.reduce(
          (result, { path, values }) => setPath(result, path, values[i] ?? null),
          document,
        );
        out.push(boundedObject(changed, context));
      });
    }
    return out;
  }, context);
};
