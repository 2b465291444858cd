import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { Freshness } from './elasticsearch-freshness.ts';
import type { ElasticsearchLedger } from './elasticsearch-ledger.ts';
import type { ElasticsearchNames } from './elasticsearch-names.ts';
import type { ElasticsearchReader } from './elasticsearch-reader.ts';
import type { ElasticsearchRelay } from './elasticsearch-relay.ts';
import type { UniqueKeys } from './elasticsearch-unique-keys.ts';
import type { KeyedLock } from './keyed-lock.ts';

/** The parts of the adapter, each made once. */
export interface ElasticsearchDatabase {
  readonly connection: ElasticsearchConnection;
  readonly names: ElasticsearchNames;
  readonly ledger: ElasticsearchLedger;
  readonly freshness: Freshness;
  readonly reader: ElasticsearchReader;
  readonly relay: ElasticsearchRelay;
  readonly uniqueKeys: UniqueKeys;
  readonly lock: KeyedLock;
}
