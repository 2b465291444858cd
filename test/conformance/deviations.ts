import type { DatabaseType } from '../../src/domain/database-type.ts';
import { isMongodbStandIn } from '../support/mongodb-stand-in.ts';

/** Tests that a database (or the stand-in that tests run it on) cannot pass: `concern: name` → the reason. */
export const deviations: Partial<Record<DatabaseType, Readonly<Record<string, string>>>> = {
  mongodb: (await isMongodbStandIn(process.env.MONGODB_URI)) ? ofMongodbStandIn() : {},
};

/** MongoDB compares strings by their bytes in UTF-8; the stand-in by their units in UTF-16. */
function ofMongodbStandIn(): Readonly<Record<string, string>> {
  const reason = 'the stand-in orders strings beyond the basic plane otherwise than MongoDB';
  return {
    'filters: every trap case finds what MongoDB finds, and counts it': reason,
    'paging: values of every type sort as in MongoDB': reason,
    'paging: keyset pages up give every document once, in order': reason,
    'paging: keyset pages down give every document once, in order': reason,
  };
}
