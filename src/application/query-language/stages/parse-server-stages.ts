import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { StageBody } from '../../../domain/query/stage.ts';
import type { Json } from '../../../domain/value/value.ts';
import { isJsonObject } from '../parse-scope.ts';
import type { StageParser, StagePlace } from './stage-place.ts';

/** A stage that only a database can run: checked for its shape, the rest is the database's to judge. */
export function serverStage(kind: 'geoNear' | 'search'): StageParser {
  return (source: Json, place: StagePlace): StageBody => {
    if (!isJsonObject(source)) throw invalidRequest('must be an object', place.path);
    return { kind };
  };
}

const serverOnly = new Set([
  '$changeStream',
  '$changeStreamSplitLargeEvent',
  '$collStats',
  '$currentOp',
  '$indexStats',
  '$listLocalSessions',
  '$listSampledQueries',
  '$listSearchIndexes',
  '$listSessions',
  '$planCacheStats',
  '$rankFusion',
  '$score',
  '$scoreFusion',
  '$searchMeta',
  '$shardedDataDistribution',
  '$vectorSearch',
]);

/** Why there is no such stage. */
export function unknownStage(name: string, path: string): ServiceError {
  if (!serverOnly.has(name)) return invalidRequest(`unknown pipeline stage ${name}`, path);
  return new ServiceError('UNSUPPORTED_OPERATION', `${name} is a stage of MongoDB servers only`, {
    path,
    capability: `aggregation.${name}`,
  });
}
