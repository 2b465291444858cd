import type { BsonValue } from './bson.ts';

/** JSON as RFC 8259 defines it: what documents of the portable model hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Any value that a query can meet: JSON, and what only BSON or an expression can make
 * (dates, object ids, typed numbers, regular expressions). `undefined` stands for "missing" wherever
 * a function returns `Value | undefined`; it is never stored.
 */
export type Value = null | boolean | number | string | Date | BsonValue | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [key: string]: Value;
}
