import type { Databases } from '../../application/ports/databases.ts';
import type { DocumentRepository } from '../../application/ports/document-repository.ts';
import type { DatabaseType } from '../../domain/database-type.ts';
import { ServiceError } from '../../domain/errors.ts';

/** After a failed connection attempt, requests fail at once for this long instead of each trying again. */
const retryAfterMs = 1000;

export interface ConfiguredDatabasesOptions {
  readonly default: DatabaseType;
  readonly configured: readonly DatabaseType[];
  readonly open: (type: DatabaseType) => Promise<DocumentRepository>;
}

/** Opens each database on first use, once; one that cannot be opened fails its own requests alone. */
export class ConfiguredDatabases implements Databases {
  readonly default: DatabaseType;
  readonly configured: readonly DatabaseType[];
  readonly #open: (type: DatabaseType) => Promise<DocumentRepository>;
  readonly #opened = new Map<DatabaseType, Promise<DocumentRepository>>();

  constructor(options: ConfiguredDatabasesOptions) {
    this.default = options.default;
    this.configured = options.configured;
    this.#open = options.open;
  }

  repository(type: DatabaseType): Promise<DocumentRepository> {
    return this.#opened.get(type) ?? this.#connect(type);
  }

  /** The databases that are open now, for pool metrics. */
  async open(): Promise<readonly DocumentRepository[]> {
    const settled = await Promise.allSettled(this.#opened.values());
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /** Waits for what runs, then closes every database that was opened. */
  async close(): Promise<void> {
    await Promise.allSettled((await this.open()).map((repository) => repository.close()));
    this.#opened.clear();
  }

  async #connect(type: DatabaseType): Promise<DocumentRepository> {
    if (!this.configured.includes(type)) {
      throw new ServiceError('CONNECTION_ERROR', `${type} is not configured`, {
        configured: this.configured,
      });
    }
    const opening = this.#open(type).catch((error: unknown) => {
      setTimeout(() => this.#opened.delete(type), retryAfterMs).unref();
      throw error instanceof ServiceError
        ? error
        : new ServiceError('CONNECTION_ERROR', `${type} cannot be reached`, { database: type }, error);
    });
    this.#opened.set(type, opening);
    return opening;
  }
}
