import { isJsonObject } from '../../../application/query-language/parse-scope.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import type { Pipeline, Stage, StageKind } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { documentPlace, plainPlace, renderFilter } from './mongodb-filter.ts';
import { type BsonDocument, toBson } from './mongodb-values.ts';

/** A whole pipeline, as MongoDB runs it; undefined when a filter within it has no native form. */
export function renderPipeline(pipeline: Pipeline): BsonDocument[] | undefined {
  const stages: BsonDocument[] = [];
  let stored = true;
  for (const stage of pipeline) {
    const rendered = renderStage(stage, stored);
    if (rendered === undefined) return undefined;
    stages.push(rendered);
    stored &&= keepsSystemFields.has(stage.kind);
  }
  return stages;
}

/** The stages behind which a document's system fields are still what is stored. */
const keepsSystemFields: ReadonlySet<StageKind> = new Set([
  'match',
  'sort',
  'skip',
  'limit',
  'sample',
  'search',
  'geoNear',
]);

function renderStage(stage: Stage, stored: boolean): BsonDocument | undefined {
  switch (stage.kind) {
    case 'match':
      return under('$match', matchFilter(stage.filter, stored));
    case 'facet': {
      const facets = stage.facets.map(([name, inner]): readonly [string, unknown] => [
        name,
        renderPipeline(inner),
      ]);
      return facets.some(([, inner]) => inner === undefined)
        ? undefined
        : { $facet: Object.fromEntries(facets) };
    }
    case 'lookup':
      return withInner(
        stage.source,
        '$lookup',
        'pipeline',
        stage.pipeline && renderPipeline(stage.pipeline),
        stage.pipeline === undefined,
      );
    case 'unionWith':
      return withInner(
        stage.source,
        '$unionWith',
        'pipeline',
        renderPipeline(stage.pipeline),
        stage.pipeline.length === 0,
      );
    case 'graphLookup':
      return withInner(
        stage.source,
        '$graphLookup',
        'restrictSearchWithMatch',
        stage.restrict && matchFilter(stage.restrict, true),
        stage.restrict === undefined,
      );
    default:
      return sourceOf(stage.source);
  }
}

function matchFilter(filter: Filter, stored: boolean): BsonDocument | undefined {
  return renderFilter(filter, stored ? documentPlace : plainPlace);
}

function under(name: string, operand: unknown): BsonDocument | undefined {
  return operand === undefined ? undefined : { [name]: operand };
}

/** The stage as the caller wrote it and the parser validated it, its literals as BSON. */
function sourceOf(source: Json): BsonDocument {
  return toBson(source) as BsonDocument;
}

/** The same with one operand rendered anew: an inner pipeline or filter. */
function withInner(
  source: Json,
  stage: string,
  field: string,
  inner: unknown,
  absent: boolean,
): BsonDocument | undefined {
  if (absent) return sourceOf(source);
  const operand = isJsonObject(source) ? source[stage] : undefined;
  if (inner === undefined || operand === undefined || !isJsonObject(operand)) return undefined;
  const { [field]: _replaced, ...rest } = operand;
  return { [stage]: { ...sourceOf(rest), [field]: inner } };
}
