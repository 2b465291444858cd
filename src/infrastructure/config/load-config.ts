import type { DatabaseType } from '../../domain/database-type.ts';
import { checkConfig, defaultDatabase, enabledDatabases } from './check-config.ts';
import { ConfigError } from './config-error.ts';
import { configSchema, type ParsedConfig } from './config-schema.ts';
import { mergeConfig, readConfigFile } from './read-config-file.ts';
import { configFileVariable, type Environment, readEnvironment } from './read-environment.ts';

/** The whole configuration, checked and frozen. */
export type Config = ParsedConfig & {
  /** What follows from the settings. */
  readonly derived: {
    readonly defaultDatabase: DatabaseType;
    readonly enabledDatabases: readonly DatabaseType[];
  };
};

const baseFile = 'configs/config.yaml';

/**
 * Reads `configs/config.yaml`, over it the file that `APP_CONFIG` names, over both the `APP_*` variables.
 * @throws ConfigError with every mistake of all three.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const chosen = environment[configFileVariable];
  const files = [
    readConfigFile(baseFile, false),
    ...(chosen === undefined ? [] : [readConfigFile(chosen, true)]),
    readEnvironment(environment),
  ];
  const mistakes = files.flatMap((file) => file.mistakes);
  const parsed = configSchema.safeParse(files.map((file) => file.raw).reduce(mergeConfig));
  if (!parsed.success) mistakes.push(...parsed.error.issues.flatMap(linesOf));
  else mistakes.push(...checkConfig(parsed.data));
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes);
  return deepFreeze({
    ...parsed.data,
    derived: {
      defaultDatabase: defaultDatabase(parsed.data),
      enabledDatabases: enabledDatabases(parsed.data),
    },
  });
}

function linesOf(issue: {
  code: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}): readonly string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => `${[...path, key].join('.')}: no such setting`);
  }
  return [`${path.join('.') || 'configuration'}: ${issue.message.replace(/^Invalid input: /, '')}`];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
