import { invalidRequest } from '../../domain/errors.ts';
import type { Expression, ExpressionCall } from '../../domain/query/expression.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import type { ExpressionPlace, ParseOperand } from './expression-place.ts';
import { inside } from './expression-place.ts';
import { isJsonObject } from './parse-scope.ts';

/** How one operator reads what stands behind its name; `place` is that of the operator. */
export type ArgumentParser = (source: Json, place: ExpressionPlace, parse: ParseOperand) => Arguments;
export type Arguments = Partial<Pick<ExpressionCall, 'args' | 'named' | 'binds'>>;

/** `[a, b]`, or a single argument without brackets; `min` to `max` of them. */
export function positional(min: number, max: number): ArgumentParser {
  return (source, place, parse) => {
    const list: readonly Json[] = Array.isArray(source) ? source : [source];
    if (list.length < min || list.length > max)
      throw invalidRequest(`takes ${countText(min, max)}, ${list.length} given`, place.path);
    return {
      args: Array.isArray(source)
        ? list.map((item, i) => parse(item, inside(place, `[${i}]`)))
        : list.map((item) => parse(item, place)),
    };
  };
}

/** One argument, never in brackets of its own: an array is the argument. */
export const whole: ArgumentParser = (source, place, parse) => ({ args: [parse(source, place)] });

function countText(min: number, max: number): string {
  if (min === max) return `exactly ${min} argument${min === 1 ? '' : 's'}`;
  return max === Infinity ? `at least ${min} arguments` : `${min} to ${max} arguments`;
}

/** `{name: …}` with these names, `?` marking those that may be left out. */
export function named(...names: readonly string[]): ArgumentParser {
  const known = names.map((name) => name.replace('?', ''));
  const required = names.filter((name) => !name.endsWith('?'));
  return (source, place, parse) => ({ named: parseNamed(source, place, parse, known, required) });
}

export function parseNamed(
  source: Json,
  place: ExpressionPlace,
  parse: ParseOperand,
  known: readonly string[],
  required: readonly string[],
): Readonly<Record<string, Expression>> {
  const fields = objectWith(source, place, known, required);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, parse(value, inside(place, `.${name}`))]),
  );
}

/** The object itself, once it has all required fields and no unknown one. */
export function objectWith(
  source: Json,
  place: ExpressionPlace,
  known: readonly string[],
  required: readonly string[],
): JsonObject {
  if (!isJsonObject(source)) throw invalidRequest('takes an object of named arguments', place.path);
  for (const name of Object.keys(source))
    if (!known.includes(name)) throw invalidRequest(`unknown argument '${name}'`, `${place.path}.${name}`);
  for (const name of required)
    if (!Object.hasOwn(source, name)) throw invalidRequest(`misses its argument '${name}'`, place.path);
  return source;
}

/** Whether it reads as an operator and not as named arguments. */
export function isOperatorObject(source: JsonObject): boolean {
  return Object.keys(source)[0]?.startsWith('$') ?? false;
}
