import { parseDensify, parseFill } from './parse-gap-stages.ts';
import { parseBucket, parseBucketAuto, parseGroup } from './parse-group-stages.ts';
import { parseLookup } from './parse-lookup-stage.ts';
import { parseFacet, parseGraphLookup, parseUnionWith } from './parse-nested-stages.ts';
import { parseProject } from './parse-project-stage.ts';
import { serverStage } from './parse-server-stages.ts';
import { parseReplaceRoot, parseReplaceWith, parseSet, parseUnset } from './parse-set-stages.ts';
import {
  parseCount,
  parseDocuments,
  parseLimit,
  parseMatch,
  parseRedact,
  parseSample,
  parseSkip,
  parseSortByCount,
  parseSortStage,
  parseUnwind,
} from './parse-simple-stages.ts';
import { parseSetWindowFields } from './parse-window-stage.ts';
import { parseMerge, parseOut } from './parse-write-stages.ts';
import type { StageParser } from './stage-place.ts';

/** Every stage by the name that callers give it: the only list. */
export const stageParsers: ReadonlyMap<string, StageParser> = new Map([
  ['$addFields', parseSet],
  ['$bucket', parseBucket],
  ['$bucketAuto', parseBucketAuto],
  ['$count', parseCount],
  ['$densify', parseDensify],
  ['$documents', parseDocuments],
  ['$facet', parseFacet],
  ['$fill', parseFill],
  ['$geoNear', serverStage('geoNear')],
  ['$graphLookup', parseGraphLookup],
  ['$group', parseGroup],
  ['$limit', parseLimit],
  ['$lookup', parseLookup],
  ['$match', parseMatch],
  ['$merge', parseMerge],
  ['$out', parseOut],
  ['$project', parseProject],
  ['$redact', parseRedact],
  ['$replaceRoot', parseReplaceRoot],
  ['$replaceWith', parseReplaceWith],
  ['$sample', parseSample],
  ['$search', serverStage('search')],
  ['$set', parseSet],
  ['$setWindowFields', parseSetWindowFields],
  ['$skip', parseSkip],
  ['$sort', parseSortStage],
  ['$sortByCount', parseSortByCount],
  ['$unionWith', parseUnionWith],
  ['$unset', parseUnset],
  ['$unwind', parseUnwind],
]);
