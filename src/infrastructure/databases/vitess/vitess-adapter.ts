import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { createMysqlLike } from '../mysql/mysql-adapter.ts';
import type { MysqlOptions } from '../mysql/mysql-options.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { vitessCapabilities } from './vitess-capabilities.ts';
import { vitessFlavour } from './vitess-flavour.ts';

/** Documents in a keyspace of Vitess, reached through vtgate. */
export function createVitessAdapter(options: MysqlOptions): DatabaseAdapter<SqlFragment> {
  return createMysqlLike(options, vitessFlavour, vitessCapabilities);
}
