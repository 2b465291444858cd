import type { Capabilities } from '../../../domain/capabilities.ts';
import type { DatabaseType } from '../../../domain/database-type.ts';
import type { Databases } from '../../ports/databases.ts';

export interface ConfiguredDatabase {
  readonly type: DatabaseType;
  readonly isDefault: boolean;
  /** Undefined while the database cannot be reached. */
  readonly capabilities: Capabilities | undefined;
}

/** The configured databases with what each of them can do. */
export async function listDatabases(databases: Databases): Promise<readonly ConfiguredDatabase[]> {
  return Promise.all(
    databases.configured.map(async (type) => ({
      type,
      isDefault: type === databases.default,
      capabilities: await databases.repository(type).then(
        (repository) => repository.capabilities,
        () => undefined,
      ),
    })),
  );
}
