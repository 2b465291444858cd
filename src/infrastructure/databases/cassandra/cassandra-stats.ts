import type { Call } from '../../../application/ports/call.ts';
import type { CollectionStats, DatabaseStats, Health } from '../../../application/ports/database-adapter.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { type CassandraLedger, type CollectionEntry, maxAge } from './cassandra-ledger.ts';

/** Collections up to this size are counted, larger ones estimated. */
const countedDocuments = 1000;

interface Estimate {
  readonly documents: number;
  readonly bytes: number;
}

/** Sizes from Cassandra's own estimates, which it renews every few minutes, and the state of the session. */
export class CassandraStats {
  readonly #connection: CassandraConnection;
  readonly #ledger: CassandraLedger;

  constructor(connection: CassandraConnection, ledger: CassandraLedger) {
    this.#connection = connection;
    this.#ledger = ledger;
  }

  async ofCollection(entry: CollectionEntry, call: Call): Promise<CollectionStats> {
    const text = `SELECT version FROM ${tableOf(this.#connection.options, entry.table)} LIMIT ${countedDocuments + 1}`;
    const rows = await this.#connection.read({ text, values: [] }, call);
    const counted = rows.filter((row) => row.version !== null).length;
    const estimate = (await this.#estimates(call)).get(entry.table);
    return {
      documentCount: rows.length <= countedDocuments ? counted : Math.max(counted, estimate?.documents ?? 0),
      sizeBytes: estimate?.bytes ?? 0,
      indexes: entry.indexes.map(({ definition }) => ({ name: definition.name, sizeBytes: 0 })),
    };
  }

  async ofDatabase(call: Call): Promise<DatabaseStats> {
    const names = await this.#ledger.names(call);
    const entries = await Promise.all(names.map((name) => this.#ledger.find(name, maxAge.reading, call)));
    const estimates = await this.#estimates(call);
    let [totalDocuments, totalSizeBytes, indexesCount] = [0, 0, names.length];
    for (const entry of entries) {
      const estimate = entry && estimates.get(entry.table);
      totalDocuments += estimate?.documents ?? 0;
      totalSizeBytes += estimate?.bytes ?? 0;
      indexesCount += entry?.indexes.length ?? 0;
    }
    return { collectionsCount: names.length, totalDocuments, totalSizeBytes, indexesCount };
  }

  async health(call: Call): Promise<Health> {
    const start = performance.now();
    await this.#connection.read({ text: 'SELECT release_version FROM system.local', values: [] }, call);
    const client = await this.#connection.client();
    const state = client.getState();
    const hosts = state.getConnectedHosts();
    const open = hosts.reduce((total, host) => total + state.getOpenConnections(host), 0);
    const busy = hosts.reduce((total, host) => total + state.getInFlightQueries(host), 0);
    const max = this.#connection.options.connectionsPerNode * Math.max(1, hosts.length);
    const active = Math.min(open, busy);
    return { latencyMs: performance.now() - start, connections: { active, idle: open - active, max } };
  }

  /** By table, summed over the ranges that each node holds first. */
  async #estimates(call: Call): Promise<ReadonlyMap<string, Estimate>> {
    const text = `SELECT table_name, partitions_count, mean_partition_size FROM system.size_estimates WHERE keyspace_name = ?`;
    const estimates = new Map<string, Estimate>();
    for (const row of await this.#connection.onEveryNode(
      { text, values: [this.#connection.options.keyspace] },
      call,
    )) {
      const table = String(row.table_name);
      const partitions = Number(row.partitions_count);
      const known = estimates.get(table) ?? { documents: 0, bytes: 0 };
      estimates.set(table, {
        documents: known.documents + partitions,
        bytes: known.bytes + partitions * Number(row.mean_partition_size),
      });
    }
    return estimates;
  }
}
