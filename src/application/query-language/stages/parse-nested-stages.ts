import { isCollectionName } from '../../../domain/document/collection-name.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { Pipeline, StageBody } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { parseFilter } from '../parse-filter.ts';
import { isJsonObject } from '../parse-scope.ts';
import { parseFieldPath } from './parse-field-path.ts';
import type { StagePlace } from './stage-place.ts';
import { below, expressionAt, fieldsAt, objectAt, stringAt, wholeNumberAt } from './stage-place.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/facet/ */
export function parseFacet(source: Json, place: StagePlace): StageBody {
  const entries = Object.entries(objectAt(source, place));
  if (entries.length === 0) throw invalidRequest('must name at least one facet', place.path);
  return {
    kind: 'facet',
    facets: entries.map(([name, stages]): readonly [string, Pipeline] => {
      const at = below(place, `.${name}`);
      if (name === '' || name.startsWith('$') || name.includes('.') || name.includes('\0'))
        throw invalidRequest(
          "a facet's name may not be empty, start with '$' or contain '.' or NUL",
          at.path,
        );
      return [name, place.parsePipeline(stages, { ...at, withinFacet: true, nesting: place.nesting + 1 })];
    }),
  };
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/ */
export function parseUnionWith(source: Json, place: StagePlace): StageBody {
  if (typeof source === 'string')
    return { kind: 'unionWith', collection: collectionAt(source, place), pipeline: [] };
  const { coll, pipeline = [] } = fieldsAt(source, place, ['coll?', 'pipeline?']);
  const stages = place.parsePipeline(pipeline, {
    ...below(place, '.pipeline'),
    nesting: place.nesting + 1,
  });
  const collection = coll === undefined ? undefined : collectionAt(coll, below(place, '.coll'));
  checkSource(collection, stages, place);
  return { kind: 'unionWith', collection, pipeline: stages };
}

export function collectionAt(source: Json | undefined, place: StagePlace): string {
  const name = stringAt(source, place);
  if (!isCollectionName(name)) throw invalidRequest('must be the name of a collection', place.path);
  return name;
}

/** Documents come from a collection, or from a `$documents` that the pipeline starts with, never from both. */
export function checkSource(collection: string | undefined, stages: Pipeline, place: StagePlace): void {
  const brings = stages[0]?.kind === 'documents';
  if (collection === undefined && !brings)
    throw invalidRequest('must name a collection, or its pipeline start with $documents', place.path);
  if (collection !== undefined && brings)
    throw invalidRequest('$documents takes the place of a collection', place.path);
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/graphLookup/ */
export function parseGraphLookup(source: Json, place: StagePlace): StageBody {
  const fields = fieldsAt(source, place, [
    'from',
    'startWith',
    'connectFromField',
    'connectToField',
    'as',
    'maxDepth?',
    'depthField?',
    'restrictSearchWithMatch?',
  ]);
  const path = (name: string) => parseFieldPath(fields[name], below(place, `.${name}`));
  const restrict = fields.restrictSearchWithMatch;
  if (restrict !== undefined && !isJsonObject(restrict))
    throw invalidRequest('must be an object', `${place.path}.restrictSearchWithMatch`);
  return {
    kind: 'graphLookup',
    from: collectionAt(fields.from, below(place, '.from')),
    startWith: expressionAt(fields.startWith ?? null, below(place, '.startWith')),
    connectFromField: path('connectFromField'),
    connectToField: path('connectToField'),
    as: path('as'),
    maxDepth:
      fields.maxDepth === undefined
        ? undefined
        : wholeNumberAt(fields.maxDepth, below(place, '.maxDepth'), 0),
    depthField: fields.depthField === undefined ? undefined : path('depthField'),
    restrict:
      restrict === undefined ? undefined : parseFilter(restrict, below(place, '.restrictSearchWithMatch')),
  };
}
