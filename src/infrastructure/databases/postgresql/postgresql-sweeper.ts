import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import { removedKind } from '../position-refusal.ts';
import { orSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { PostgresqlConnections } from './postgresql-connection.ts';
import { parseIndexDefinition } from './postgresql-index-record.ts';
import { keyRank } from './postgresql-order-key.ts';
import { hasArraySql, pathSource, sortKeySql } from './postgresql-paths.ts';

export interface SweeperOptions {
  /** How often documents of TTL indexes are looked for, milliseconds. */
  readonly interval: number;
  /** Changes that the outbox keeps at most, and for how long, milliseconds. */
  readonly keptChanges: number;
  readonly changeAge: number;
}

/** Of `pg_try_advisory_lock`: one process at a time sweeps. */
const lockOfSweeper = 7_301_003;
const expiryBatch = 500;
const pruneBatch = 5_000;
const day = 86_400_000;
/** How long one round may take, milliseconds. */
const roundTime = 60_000;

/** Removes expired documents and old changes in the background, in small steps. */
export class PostgresqlSweeper {
  readonly #connections: PostgresqlConnections;
  readonly #ready: () => Promise<void>;
  readonly #operations: DocumentOperations<SqlFragment>;
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    connections: PostgresqlConnections,
    ready: () => Promise<void>,
    operations: DocumentOperations<SqlFragment>,
    options: SweeperOptions,
  ) {
    this.#connections = connections;
    this.#ready = ready;
    this.#operations = operations;
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#running = this.#running.then(() => this.sweep()).catch(() => undefined);
    }, this.#options.interval).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One round over everything, unless another process is at it. */
  async sweep(): Promise<void> {
    await this.#ready();
    await this.#connections.use(undefined, async (session) => {
      const [locked] = await session.rows({
        text: 'SELECT pg_try_advisory_lock($1)',
        values: [lockOfSweeper],
      });
      if (locked?.[0] !== 't') return;
      try {
        const text = 'SELECT collection, definition FROM document_service.indexes';
        for (const [collection, definition] of await session.rows({ text, values: [] }))
          await this.#expire(collection ?? '', parseIndexDefinition(definition ?? '{}'));
        await this.#prune();
      } finally {
        await session.rows({ text: 'SELECT pg_advisory_unlock($1)', values: [lockOfSweeper] });
      }
    });
  }

  /**
   * RFC 3339 texts sort by time but for their time zones, so a day more is read by the index and each date is looked
   * at. An array counts by its earliest date.
   */
  async #expire(collection: string, { keys, expireAfterSeconds }: IndexDefinition): Promise<void> {
    const path = keys[0]?.path;
    if (path === undefined || expireAfterSeconds === undefined) return;
    const latest = Date.now() - expireAfterSeconds * 1000;
    const where = candidates(path, new Date(latest + day).toISOString());
    if (where === undefined) return;
    const call = {
      signal: AbortSignal.timeout(roundTime),
      requestId: 'sweeper',
      deadline: Date.now() + roundTime,
    };
    let expired: string[] = [];
    const remove = async (): Promise<void> => {
      const removals = expired.map((id) => ({
        id,
        change: { kind: 'remove' } as const,
        expectedVersion: undefined,
        where: undefined,
        insert: undefined,
      }));
      expired = [];
      await this.#operations.modify(collection, removals, call, { ordered: false });
    };
    const query = { where, order: undefined, skip: 0, limit: undefined };
    for await (const document of this.#operations.find(collection, query, call)) {
      if (this.#stopped) return;
      const [date] = sortKey(flatView(document), [{ path, direction: 1 }]);
      if (typeof date === 'string' && Date.parse(date) <= latest) expired.push(document.id);
      if (expired.length >= expiryBatch) await remove();
    }
    if (expired.length > 0) await remove();
  }

  /** The newest of the removed changes stays as a mark, see `removedKind`. */
  async #prune(): Promise<void> {
    const { keptChanges, changeAge } = this.#options;
    const text = `WITH old AS MATERIALIZED (SELECT seq FROM document_service.outbox
        WHERE seq <= (SELECT max(seq) FROM document_service.outbox) - $1 OR occurred_at < $2 ORDER BY seq LIMIT $3),
      newest AS (SELECT max(seq) AS seq FROM old),
      marked AS (UPDATE document_service.outbox AS o SET kind = $4, data = NULL, metadata = NULL
        FROM newest WHERE o.seq = newest.seq AND o.kind <> $4)
      DELETE FROM document_service.outbox AS o USING old, newest WHERE o.seq = old.seq AND o.seq < newest.seq
      RETURNING 1`;
    const before = new Date(Date.now() - changeAge).toISOString();
    while (!this.#stopped) {
      const removed = await this.#connections.rows(
        { text, values: [keptChanges, before, pruneBatch, removedKind] },
        undefined,
      );
      if (removed.length < pruneBatch - 1) return;
    }
  }
}

function candidates(path: readonly string[], until: string): SqlFragment | undefined {
  const source = pathSource(path);
  if (source === undefined) return undefined;
  const key = source.kind === 'column' ? source.value.key : sortKeySql(source.root, source.path, 1);
  const range = sql`(${key} >= ${`${keyRank.string}0`} AND ${key} < ${keyRank.string + until})`;
  return source.kind === 'column' ? range : orSql([range, hasArraySql(source.root, source.path)]);
}
