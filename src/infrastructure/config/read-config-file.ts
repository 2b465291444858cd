import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { RawConfig } from './read-environment.ts';

/** A YAML file as a plain object, or one line for each mistake in it. A file that is not there is empty unless `required`. */
export function readConfigFile(
  path: string,
  required: boolean,
): { readonly raw: RawConfig; readonly mistakes: readonly string[] } {
  const text = readText(path);
  if (text === undefined) return { raw: {}, mistakes: required ? [`${path}: cannot be read`] : [] };
  const document = parseDocument(text);
  const mistakes = document.errors.map((error) => `${path}: ${error.message.split('\n')[0]}`);
  if (mistakes.length > 0) return { raw: {}, mistakes };
  const value: unknown = document.toJS() ?? {};
  return isObject(value)
    ? { raw: value, mistakes: [] }
    : { raw: {}, mistakes: [`${path}: expected sections`] };
}

/** `over` wins; objects are merged key by key, everything else is replaced. */
export function mergeConfig(base: RawConfig, over: RawConfig): RawConfig {
  const merged: RawConfig = { ...base };
  for (const [key, value] of Object.entries(over)) {
    // A section whose keys are all commented out reads as null.
    if (value === null) continue;
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? mergeConfig(below, value) : value;
  }
  return merged;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is RawConfig {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
