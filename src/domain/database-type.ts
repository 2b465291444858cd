interface DatabaseDescription {
  /** As its makers write it. */
  readonly title: string;
  /** It runs inside this process: there is no connection that could break. */
  readonly embedded: boolean;
  /** Whether callers hear of it; the others are for tests and demonstrations. */
  readonly offered: boolean;
}

/**
 * The databases by their names in `X-Database-Type`. Everything that lists databases is made of this table, or is a
 * record of its names that the compiler keeps complete.
 */
export const databaseTable = {
  mongodb: { title: 'MongoDB', embedded: false, offered: true },
  postgresql: { title: 'PostgreSQL', embedded: false, offered: true },
  mysql: { title: 'MySQL', embedded: false, offered: true },
  cassandra: { title: 'Cassandra', embedded: false, offered: true },
  elasticsearch: { title: 'Elasticsearch', embedded: false, offered: true },
  vitess: { title: 'Vitess', embedded: false, offered: true },
  sqlite: { title: 'SQLite', embedded: true, offered: true },
  memory: { title: 'Memory', embedded: true, offered: false },
} as const satisfies Readonly<Record<string, DatabaseDescription>>;

type Table = typeof databaseTable;
export type DatabaseType = keyof Table;
/** Those with a server somewhere. */
export type ServerDatabase = {
  [Type in DatabaseType]: Table[Type]['embedded'] extends true ? never : Type;
}[DatabaseType];

export const databaseTypes = Object.keys(databaseTable) as readonly DatabaseType[];
export const offeredDatabases = databaseTypes.filter((type) => databaseTable[type].offered);

export function isEmbedded(type: DatabaseType): type is Exclude<DatabaseType, ServerDatabase> {
  return databaseTable[type].embedded;
}

/** The languages of raw queries, and what the caller gives in each. */
export const rawLanguages = {
  sql: 'SQL text',
  cql: 'CQL text',
  mongodb: 'a MongoDB command',
  elasticsearch: 'an Elasticsearch body with `index`',
} as const;
export type RawLanguage = keyof typeof rawLanguages;
