import type { DatabaseType } from '../../domain/database-type.ts';
import type { DocumentRepository } from './document-repository.ts';

/** The databases that the configuration names. */
export interface Databases {
  readonly default: DatabaseType;
  readonly configured: readonly DatabaseType[];
  /**
   * Connects on first use. Rejects with CONNECTION_ERROR when the database is not configured (`details.configured`)
   * or cannot be reached.
   */
  repository(type: DatabaseType): Promise<DocumentRepository>;
}
