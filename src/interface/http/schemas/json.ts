import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/value/value.ts';

/** What JSON Schema says about a value: the part of the OpenAPI document that `meta` carries. */
export type Meta = Readonly<Record<string, unknown>>;

/**
 * A JSON object whose inside something else checks: the query language, the rules of documents. It is passed on as it
 * is, where `z.record` would copy it and lose `__proto__`.
 */
export function jsonObject(meta: Meta): z.ZodType<JsonObject> {
  return z
    .custom<JsonObject>(isObject, { error: 'an object' })
    .meta({ type: 'object', additionalProperties: true, ...meta });
}

/** An array whose inside something else checks. */
export function jsonArray(meta: Meta): z.ZodType<readonly Json[]> {
  return z
    .custom<readonly Json[]>(Array.isArray, { error: 'an array' })
    .meta({ type: 'array', items: {}, ...meta });
}

/** An object or an array whose inside something else checks. */
export function jsonObjectOrArray(meta: Meta): z.ZodType<JsonObject | readonly Json[]> {
  return z
    .custom<JsonObject | readonly Json[]>((value) => isObject(value) || Array.isArray(value), {
      error: 'an object or an array',
    })
    .meta(meta);
}

/** A value that the rules of documents check (VALIDATION_ERROR, where a schema would say INVALID_REQUEST). */
export function checkedByDomain(meta: Meta): z.ZodType<unknown> {
  return z.unknown().meta(meta);
}

/** JSON in a query parameter. */
export function queryText(meta: Meta): z.ZodType<string> {
  return z.string().meta(meta);
}

/** An integer in a query parameter. */
export function queryInteger(minimum: number, maximum: number, meta: Meta): z.ZodType<number> {
  const inRange = (value: unknown) =>
    typeof value === 'string' && /^[0-9]{1,16}$/.test(value) && +value >= minimum && +value <= maximum;
  return z
    .custom<string>(inRange, { error: `an integer from ${minimum} to ${maximum}` })
    .transform(Number)
    .meta({ type: 'integer', minimum, maximum, ...meta });
}

/** `true` or `false` in a query parameter. */
export function queryBoolean(meta: Meta): z.ZodType<boolean> {
  return z
    .custom<'true' | 'false'>((value) => value === 'true' || value === 'false', { error: 'true or false' })
    .transform((value) => value === 'true')
    .meta({ type: 'boolean', ...meta });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
