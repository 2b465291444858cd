import { invalidRequest } from '../../../domain/errors.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Pipeline, StageBody } from '../../../domain/query/stage.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { parseExpression } from '../parse-expression.ts';
import type { ParseOptions } from '../parse-options.ts';
import { isJsonObject } from '../parse-scope.ts';

/** Where a stage stands: what its parser needs to read what is inside it. `path` is that of the stage's operator. */
export interface StagePlace extends ParseOptions {
  /** How many pipelines are around this one. */
  readonly nesting: number;
  readonly withinFacet: boolean;
  /** The recursive entry, for the stages that hold pipelines. */
  readonly parsePipeline: (source: Json, place: StagePlace) => Pipeline;
}

/** Reads what stands behind a stage's name. */
export type StageParser = (source: Json, place: StagePlace) => StageBody;

/** One step down, `suffix` as it is written after the path so far: `.output`, `[1]`. */
export function below<P extends ParseOptions>(place: P, suffix: string): P {
  return { ...place, path: place.path + suffix };
}

export function expressionAt(source: Json, place: ParseOptions): Expression {
  return parseExpression(source, place, place.variables);
}

export function objectAt(source: Json | undefined, place: ParseOptions): JsonObject {
  if (!isJsonObject(source)) throw invalidRequest('must be an object', place.path);
  return source;
}

/** An object with these fields, `?` marking those that may be left out, and no others. */
export function fieldsAt(
  source: Json | undefined,
  place: ParseOptions,
  names: readonly string[],
): Readonly<Record<string, Json | undefined>> {
  const object = objectAt(source, place);
  const known = new Set(names.map((name) => name.replace('?', '')));
  for (const name of Object.keys(object))
    if (!known.has(name)) throw invalidRequest(`unknown field '${name}'`, `${place.path}.${name}`);
  for (const name of names)
    if (!name.endsWith('?') && !Object.hasOwn(object, name))
      throw invalidRequest(`misses its field '${name}'`, place.path);
  return Object.fromEntries([...known].map((name) => [name, ownField(object, name)]));
}

function ownField(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function stringAt(source: Json | undefined, place: ParseOptions): string {
  if (typeof source !== 'string') throw invalidRequest('must be a string', place.path);
  return source;
}

/** A whole number of at least `least`, at most what 64 bits hold. */
export function wholeNumberAt(source: Json | undefined, place: ParseOptions, least: number): number {
  if (typeof source !== 'number' || !Number.isInteger(source) || source < least || source > 2 ** 63)
    throw invalidRequest(`must be a whole number of at least ${least}`, place.path);
  return source;
}

/** Rejects two paths of one stage of which one is the other, or lies within it. */
export function refuseCollisions(paths: readonly (readonly string[])[], place: ParseOptions): void {
  const whole = new Set<string>();
  const prefixes = new Set<string>();
  for (const path of paths) {
    const text = path.join('.');
    const collides =
      whole.has(text) || prefixes.has(text) || path.some((_, i) => whole.has(path.slice(0, i).join('.')));
    if (collides) throw invalidRequest(`the path '${text}' collides with another of the stage`, place.path);
    whole.add(text);
    for (let i = 1; i < path.length; i++) prefixes.add(path.slice(0, i).join('.'));
  }
}
