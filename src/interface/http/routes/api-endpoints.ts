import type { Endpoint } from '../endpoint.ts';
import { aggregationEndpoints } from './aggregation.ts';
import { atomicEndpoints } from './atomic.ts';
import { bulkEndpoints } from './bulk.ts';
import { collectionEndpoints } from './collections.ts';
import { documentEndpoints } from './documents.ts';
import { healthEndpoints } from './health.ts';
import { indexEndpoints } from './indexes.ts';
import { queryEndpoints } from './queries.ts';
import { rawEndpoints } from './raw.ts';
import { statsEndpoints } from './stats.ts';
import { transactionEndpoints } from './transactions.ts';

/** Every endpoint of the API, in the order of rest-api.md; those that describe it are beside this list. */
export const apiEndpoints: readonly Endpoint[] = [
  ...documentEndpoints,
  ...queryEndpoints,
  ...atomicEndpoints,
  ...aggregationEndpoints,
  ...bulkEndpoints,
  ...indexEndpoints,
  ...collectionEndpoints,
  ...transactionEndpoints,
  ...rawEndpoints,
  ...healthEndpoints,
  ...statsEndpoints,
];
