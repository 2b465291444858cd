import type { StageKind } from '../../query/stage.ts';
import { compileDocumentStage } from '../compile-document-stage.ts';
import { compileFilter } from '../compile-filter.ts';
import { compileBucketAuto } from './bucket-auto-stage.ts';
import { compileBucket } from './bucket-stage.ts';
import { expanding, mapping } from './chunks.ts';
import { compileDensify } from './densify-stage.ts';
import { compileDocuments } from './documents-stage.ts';
import { compileFacet } from './facet-stage.ts';
import { compileFill } from './fill-stage.ts';
import { compileGraphLookup } from './graph-lookup-stage.ts';
import { compileGroup } from './group-stage.ts';
import { compileLookup } from './lookup-stage.ts';
import { compileRedact } from './redact-stage.ts';
import { compileSample } from './sample-stage.ts';
import { refuseStage } from './server-stages.ts';
import { compileSetWindowFields } from './set-window-fields-stage.ts';
import { countDocuments, limitTo, skipFirst } from './slice-stages.ts';
import { compileSortByCount } from './sort-by-count-stage.ts';
import { compileSort } from './sort-stage.ts';
import type { StageCompiler } from './stage-runner.ts';
import { compileUnionWith } from './union-with-stage.ts';
import { unwindDocument } from './unwind-stage.ts';

/** Every stage's evaluation. */
export const stageCompilers: { readonly [K in StageKind]: StageCompiler<K> } = {
  bucket: compileBucket,
  bucketAuto: compileBucketAuto,
  count: countDocuments,
  densify: compileDensify,
  documents: compileDocuments,
  facet: compileFacet,
  fill: compileFill,
  geoNear: refuseStage,
  graphLookup: compileGraphLookup,
  group: compileGroup,
  limit: limitTo,
  lookup: compileLookup,
  match: (stage, context) => {
    const test = compileFilter(stage.filter, context);
    return async function* (input) {
      for await (const chunk of input) {
        context.budget.spend(chunk.length);
        const matching = chunk.filter(test);
        if (matching.length > 0) yield matching;
      }
    };
  },
  merge: refuseStage,
  out: refuseStage,
  project: (stage, context) => mapping(compileDocumentStage(stage, context), context),
  redact: compileRedact,
  replaceWith: (stage, context) => mapping(compileDocumentStage(stage, context), context),
  sample: compileSample,
  search: refuseStage,
  set: (stage, context) => mapping(compileDocumentStage(stage, context), context),
  setWindowFields: compileSetWindowFields,
  skip: skipFirst,
  sort: compileSort,
  sortByCount: compileSortByCount,
  unionWith: compileUnionWith,
  unset: (stage, context) => mapping(compileDocumentStage(stage, context), context),
  unwind: (stage, context) => expanding(unwindDocument(stage), context),
};
