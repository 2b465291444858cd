import type { Capabilities } from '../../../domain/capabilities.ts';
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
  transactions: 'single-shard',
};
