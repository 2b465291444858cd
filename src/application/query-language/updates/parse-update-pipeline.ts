import { systemFields } from '../../../domain/document/system-fields.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import { pathToString } from '../../../domain/query/path.ts';
import type { Stage, UpdateStage } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';
import { parsePipeline } from '../parse-pipeline.ts';

/**
 * An update pipeline: `$set`/`$addFields`, `$unset`, `$project` and `$replaceWith`/`$replaceRoot`. Rejects other stages,
 * and stages that name a system field, with INVALID_REQUEST; a document that a stage computes is checked when it is
 * applied.
 * https://www.mongodb.com/docs/manual/tutorial/update-documents-with-aggregation-pipeline/
 */
export function parseUpdatePipeline(source: Json, options: ParseOptions): readonly UpdateStage[] {
  return parsePipeline(source, { ...options, shortNames: false }).map((stage, index) => {
    const path = `${options.path}[${index}]`;
    if (!isUpdateStage(stage)) throw invalidRequest(`an update pipeline takes no $${stage.kind} stage`, path);
    const system = changedFields(stage).find((field) => systemFields.has(field[0] ?? ''));
    if (system !== undefined) throw invalidRequest(`"${pathToString(system)}" is set by the service`, path);
    return stage;
  });
}

function isUpdateStage(stage: Stage): stage is UpdateStage {
  return ['set', 'unset', 'project', 'replaceWith'].includes(stage.kind);
}

function changedFields(stage: UpdateStage): readonly (readonly string[])[] {
  if (stage.kind === 'set') return stage.fields.map(({ path }) => path);
  return stage.kind === 'unset' ? stage.paths : [];
}
