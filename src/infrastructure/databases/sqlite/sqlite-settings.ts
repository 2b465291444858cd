import type { ParsedConfig } from '../../config/config-schema.ts';
import type { SqliteOptions } from './sqlite-adapter.ts';

export function sqliteOptions({ sqlite }: ParsedConfig): SqliteOptions {
  const { path, readers, kept_changes, change_age, max_watchers, max_streams } = sqlite;
  return {
    path,
    readers,
    keptChanges: kept_changes,
    changeAge: change_age,
    maxWatchers: max_watchers,
    maxStreams: max_streams,
  };
}
