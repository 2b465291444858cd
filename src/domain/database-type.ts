/** The databases by their names in `X-Database-Type`; `memory` is the reference adapter, for tests and demonstrations. */
export const databaseTypes = [
  'mongodb',
  'postgresql',
  'mysql',
  'cassandra',
  'elasticsearch',
  'vitess',
  'sqlite',
  'memory',
] as const;
export type DatabaseType = (typeof databaseTypes)[number];

/** Whether a database runs inside this process: there is no connection that could break. */
export function isEmbedded(type: DatabaseType): boolean {
  return type === 'sqlite' || type === 'memory';
}
