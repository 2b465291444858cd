import type { Call } from '../../../application/ports/call.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { PostgresqlConnections } from './postgresql-connection.ts';
import { toServiceError } from './postgresql-errors.ts';
import { readIndexes } from './postgresql-schema-changes.ts';

/** How long another process's new index may go unused, milliseconds. */
const keptFor = 2_000;
const mostKept = 10_000;

/**
 * The indexes of each collection, remembered for a moment: a plan made with a list that is out of date is slower, never
 * wrong, because conditions say the same with and without an index.
 */
export class PostgresqlIndexes {
  readonly #connections: PostgresqlConnections;
  readonly #ready: () => Promise<void>;
  readonly #kept = new Map<
    string,
    { readonly until: number; readonly indexes: Promise<readonly IndexDefinition[]> }
  >();

  constructor(connections: PostgresqlConnections, ready: () => Promise<void>) {
    this.#connections = connections;
    this.#ready = ready;
  }

  of(collection: string, _call: Call): Promise<readonly IndexDefinition[]> {
    const kept = this.#kept.get(collection);
    if (kept !== undefined && kept.until > Date.now()) return kept.indexes;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    const indexes = this.#read(collection);
    const entry = { until: Date.now() + keptFor, indexes };
    this.#kept.set(collection, entry);
    indexes.catch(() => {
      if (this.#kept.get(collection) === entry) this.#kept.delete(collection);
    });
    return indexes;
  }

  forget(): void {
    this.#kept.clear();
  }

  async #read(collection: string): Promise<readonly IndexDefinition[]> {
    try {
      await this.#ready();
      const stored = await this.#connections.use(undefined, (session) => readIndexes(session, collection));
      return stored.map(({ definition }) => definition);
    } catch (error) {
      throw toServiceError(error);
    }
  }
}
