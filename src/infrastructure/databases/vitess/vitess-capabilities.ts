import type { Capabilities } from '../../../domain/capabilities.ts';
import { emulatedCapabilities } from '../emulated-capabilities.ts';
import { mysqlCapabilities } from '../mysql/mysql-capabilities.ts';

/** MySQL's without tables made of JSON: the elements of arrays are looked at by the service. */
export const vitessCapabilities: Capabilities = {
  ...mysqlCapabilities,
  filter: {
    ...mysqlCapabilities.filter,
    type: 'partial',
    size: 'partial',
    mod: 'partial',
    bits: 'partial',
  },
  // One page of documents in order; what else a pipeline does is a statement around another, which no shard runs alone.
  aggregation: {
    ...emulatedCapabilities.aggregation,
    match: 'partial',
    sort: 'partial',
    skip: 'partial',
    limit: 'partial',
  },
  update: emulatedCapabilities.update,
  transactions: 'single-shard',
};
