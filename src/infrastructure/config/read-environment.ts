import { listSettings, type Setting } from './list-settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** A part of the configuration as YAML would give it. */
export type RawConfig = { [key: string]: unknown };

/** Chosen before there is a configuration, so it is no setting itself. */
export const configFileVariable = 'APP_CONFIG';

/** An address in the environment says that the database is meant to be used. */
const addressKeys = new Set(['uri', 'contact_points', 'addresses', 'path']);

/** The settings among the `APP_*` variables, and one line for each that is none. */
export function readEnvironment(environment: Environment): {
  readonly raw: RawConfig;
  readonly mistakes: readonly string[];
} {
  const settings = new Map(listSettings().map((setting) => [setting.variable, setting]));
  const raw: RawConfig = {};
  const mistakes: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('APP_') || name === configFileVariable || text === undefined) continue;
    const setting = settings.get(name);
    if (setting === undefined) mistakes.push(`${name}: no such setting`);
    else put(raw, setting.path, parseSetting(setting, text));
  }
  for (const setting of settings.values()) enableByAddress(raw, setting, environment);
  return { raw, mistakes };
}

function enableByAddress(raw: RawConfig, { path, variable }: Setting, environment: Environment): void {
  const [section = '', key = ''] = path;
  if (path.length !== 2 || !addressKeys.has(key) || environment[variable] === undefined) return;
  if (environment[`APP_${section.toUpperCase()}_ENABLED`] === undefined) put(raw, [section, 'enabled'], true);
}

/** Text that is no number, boolean or JSON is kept, for the schema to refuse with the setting's name. */
function parseSetting(setting: Setting, text: string): unknown {
  switch (setting.kind) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim());
    case 'json':
      return parseJson(text);
    case 'string':
    case 'enum':
    case 'duration':
      return text;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function put(raw: RawConfig, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    raw[key] = value;
    return;
  }
  const child = raw[key] ?? {};
  raw[key] = child;
  put(child as RawConfig, rest, value);
}
