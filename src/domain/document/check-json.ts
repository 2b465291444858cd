import { validationError } from '../errors.ts';
import type { Json, JsonObject } from '../value/value.ts';
import type { DocumentLimits } from './document-limits.ts';

/**
 * Checks that a value is JSON that every database can keep and give back: plain objects, arrays, strings, finite
 * numbers, booleans and null, within the limits. Rejects with VALIDATION_ERROR and the path of the mistake.
 *
 * - Strings and keys are valid Unicode: a lone surrogate has no UTF-8 form and would come back as another character.
 * - Keys hold no NUL, which BSON and several databases end a name with. Values may hold it.
 * - Numbers are finite: `1e999` reads as Infinity, which JSON cannot write. An integer literal that a double cannot
 *   hold has already lost digits when it gets here; `parseJson` refuses it in the text.
 * - `__proto__` is an ordinary key.
 * - Empty keys and dots in keys are allowed; a path cannot name them, whole-document reads and writes can.
 */
export function checkJson(value: unknown, path: string, limits: DocumentLimits): Json {
  const walk: Walk = { limits, estimate: 0 };
  const json = checkValue(value, path, 1, walk);
  if (walk.estimate > limits.maxBytes && jsonBytes(json) > limits.maxBytes)
    throw validationError(`larger than ${limits.maxBytes} bytes of JSON`, path);
  return json;
}

/** The size of a value's JSON text in bytes of UTF-8. */
export function jsonBytes(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

interface Walk {
  readonly limits: DocumentLimits;
  /** Never less than the bytes of JSON text, so that only large values have to be measured exactly. */
  estimate: number;
}

// The most that a UTF-16 unit (\u0000), a number (-2.2250738585072014e-308), a literal and punctuation take in JSON text.
const bytesPerUnit = 6;
const bytesPerNumber = 25;
const bytesPerLiteral = 5;
const bytesPerMember = 2;
const smallInteger = 1e6;
const bytesPerSmallInteger = 7;

function checkValue(value: unknown, path: string, depth: number, walk: Walk): Json {
  switch (typeof value) {
    case 'string':
      checkText(value, path, walk);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw validationError('the number is too large for a double', path);
      walk.estimate += isSmallInteger(value) ? bytesPerSmallInteger : bytesPerNumber;
      return value;
    case 'boolean':
      walk.estimate += bytesPerLiteral;
      return value;
    case 'object':
      if (value === null) {
        walk.estimate += bytesPerLiteral;
        return value;
      }
      return checkContainer(value, path, depth, walk);
    default:
      throw validationError(`${typeof value} is not a JSON value`, path);
  }
}

function checkContainer(value: object, path: string, depth: number, walk: Walk): Json {
  if (depth > walk.limits.maxDepth)
    throw validationError(`nested deeper than ${walk.limits.maxDepth} levels`, path);
  walk.estimate += 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      walk.estimate += 1;
      checkValue(value[i], `${path}[${i}]`, depth + 1, walk);
    }
    return value;
  }
  if (!isPlainObject(value)) throw validationError('not a JSON value', path);
  for (const key of Object.keys(value)) {
    if (key.includes('\0')) throw validationError('a key holds a NUL character', path);
    checkText(key, path, walk);
    walk.estimate += bytesPerMember;
    checkValue(value[key], `${path}.${key}`, depth + 1, walk);
  }
  return value;
}

function checkText(text: string, path: string, walk: Walk): void {
  const plain = plainText.test(text);
  if (!plain && !text.isWellFormed()) throw validationError('the text is not valid Unicode', path);
  walk.estimate += 2 + text.length * (plain ? 1 : bytesPerUnit);
}

/** Text that JSON writes as it is, a byte for each character. */
const plainText = /^[ !#-[\]-~]*$/;

function isSmallInteger(value: number): boolean {
  return value > -smallInteger && value < smallInteger && Number.isInteger(value);
}

/** Objects as JSON.parse makes them; a Date or another class is no JSON. */
export function isPlainObject(value: object): value is JsonObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
