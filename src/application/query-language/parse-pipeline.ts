import { invalidRequest } from '../../domain/errors.ts';
import type { Pipeline, Stage, StageKind } from '../../domain/query/stage.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';
import { isJsonObject, refuseLarge } from './parse-scope.ts';
import { unknownStage } from './stages/parse-server-stages.ts';
import { stageParsers } from './stages/stage-parsers.ts';
import type { StagePlace } from './stages/stage-place.ts';
import { below } from './stages/stage-place.ts';

/** MongoDB's own bounds. https://www.mongodb.com/docs/manual/core/aggregation-pipeline-limits/ */
const maxStages = 1000;
const maxNesting = 20;
/** Objects and arrays within each other, the pipeline's own array included: MongoDB's limit of a request. */
const maxDepth = 200;

/**
 * An aggregation pipeline, as JSON, to its typed stages. Strict as MongoDB is; rejects with INVALID_REQUEST and the
 * path of the mistake, or with UNSUPPORTED_OPERATION for the stages that only a MongoDB server has. Paths are those of
 * the flat view: a pipeline knows no short names.
 */
export function parsePipeline(source: Json, options: ParseOptions): Pipeline {
  if (isDeeper(source, maxDepth))
    throw invalidRequest(`a pipeline may be nested ${maxDepth} levels deep`, options.path);
  refuseLarge(source, options.path);
  return parseStages(source, {
    ...options,
    shortNames: false,
    nesting: 0,
    withinFacet: false,
    parsePipeline: parseStages,
  });
}

function isDeeper(source: Json, levels: number): boolean {
  if (typeof source !== 'object' || source === null) return false;
  return levels === 0 || Object.values(source).some((inner: Json) => isDeeper(inner, levels - 1));
}

function parseStages(source: Json, place: StagePlace): Pipeline {
  if (!Array.isArray(source)) throw invalidRequest('must be an array of stages', place.path);
  if (source.length > maxStages) throw invalidRequest(`may have at most ${maxStages} stages`, place.path);
  if (place.nesting > maxNesting)
    throw invalidRequest(`pipelines may be nested ${maxNesting} levels deep`, place.path);
  const stages = source.map((stage: Json, i) => parseStage(stage, below(place, `[${i}]`)));
  stages.forEach((stage, i) => {
    checkPosition(stage.kind, i, stages.length, below(place, `[${i}]`));
  });
  return stages;
}

function parseStage(source: Json, place: StagePlace): Stage {
  if (!isJsonObject(source)) throw invalidRequest('a stage must be an object', place.path);
  const [name, ...others] = Object.keys(source);
  if (name === undefined || others.length > 0)
    throw invalidRequest('a stage must have exactly one field', place.path);
  const at = below(place, `.${name}`);
  const parser = stageParsers.get(name);
  if (parser === undefined) throw unknownStage(name, at.path);
  return { ...parser(source[name] ?? null, at), source };
}

const onlyFirst: ReadonlySet<StageKind> = new Set(['documents', 'geoNear', 'search']);
const onlyLast: ReadonlySet<StageKind> = new Set(['out', 'merge']);
const notInFacet: ReadonlySet<StageKind> = new Set([
  'facet',
  'out',
  'merge',
  'geoNear',
  'search',
  'documents',
]);

function checkPosition(kind: StageKind, index: number, length: number, place: StagePlace): void {
  if (onlyFirst.has(kind) && index > 0) throw invalidRequest('may only be the first stage', place.path);
  if (onlyLast.has(kind) && index < length - 1)
    throw invalidRequest('may only be the last stage', place.path);
  if (onlyLast.has(kind) && place.nesting > 0)
    throw invalidRequest('may not stand in a nested pipeline', place.path);
  if (place.withinFacet && notInFacet.has(kind))
    throw invalidRequest('may not stand within $facet', place.path);
}
