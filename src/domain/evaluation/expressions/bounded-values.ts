import { ServiceError } from '../../errors.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isArray, isObject } from '../../value/value-type.ts';
import { type EvaluationContext, memorySteps } from '../evaluation-context.ts';

/** What a built value may weigh, roughly in bytes of JSON: MongoDB's limit of a document. */
const maxWeight = 16 * 1024 * 1024;
/** How deep a built value may be; MongoDB allows 200 inside a pipeline. */
const maxDepth = 200;

interface Weight {
  readonly bytes: number;
  readonly depth: number;
}

/**
 * The weights of values that stand inside built ones. A value that holds another twice costs no memory, but doubles
 * what has to be written; forty such steps would be a terabyte. Kept per object, so that each is weighed once.
 */
const weights = new WeakMap<object, Weight>();
/** Members of a container of scalars that is weighed anew each time: remembering millions of them costs more. */
const smallest = 8;

/** The array itself; QUERY_TOO_EXPENSIVE when it is beyond what a document can hold. */
export function boundedArray(array: readonly Value[], context: EvaluationContext): readonly Value[] {
  checkArrayLength(array.length);
  if (array.some(isContainer)) check(weigh(array, context));
  return array;
}

/** The object itself; QUERY_TOO_EXPENSIVE when it is beyond what a document can hold. */
export function boundedObject(object: ValueObject, context: EvaluationContext): ValueObject {
  for (const name in object) {
    if (!isContainer(object[name])) continue;
    check(weigh(object, context));
    break;
  }
  return object;
}

/** The value itself; QUERY_TOO_EXPENSIVE when it is beyond what a document can hold. */
export function boundedValue(value: Value | undefined, context: EvaluationContext): Value | undefined {
  if (typeof value === 'object' && isContainer(value)) check(weigh(value, context));
  return value;
}

/** The string itself, its length paid for; QUERY_TOO_EXPENSIVE beyond 16 MiB. */
export function boundedString(text: string, context: EvaluationContext): string {
  context.budget.spend(memorySteps.text + (text.length >> 10));
  checkStringLength(text.length);
  return text;
}

/** QUERY_TOO_EXPENSIVE for a string of more than 16 MiB. */
export function checkStringLength(length: number): void {
  if (length > maxWeight) throw tooLarge();
}

/** QUERY_TOO_EXPENSIVE for an array of more elements than a document can hold; to be called before it is made. */
export function checkArrayLength(length: number): void {
  check({ bytes: length * scalar.bytes, depth: 1 });
}

function isContainer(value: Value | undefined): boolean {
  return isArray(value) || isObject(value);
}

function check(weight: Weight): void {
  if (weight.bytes > maxWeight || weight.depth > maxDepth) throw tooLarge();
}

function tooLarge(): ServiceError {
  return new ServiceError('QUERY_TOO_EXPENSIVE', 'the query builds a value that is too large or too deep');
}

/** Documents are at most 100 deep and built values at most `maxDepth`, which bounds the recursion. */
function weigh(value: Value | undefined, context: EvaluationContext): Weight {
  if (typeof value === 'string') return { bytes: value.length + 3, depth: 0 };
  if (!isArray(value) && !isObject(value)) return scalar;
  const known = weights.get(value);
  if (known !== undefined) return known;
  const members = isArray(value) ? value : Object.values(value);
  context.budget.spend(1 + (members.length >> 3));
  let bytes = 2;
  let depth = 0;
  for (const member of members) {
    const weight = weigh(member, context);
    bytes += weight.bytes;
    depth = Math.max(depth, weight.depth);
  }
  const weight = { bytes, depth: depth + 1 };
  if (depth > 0 || members.length > smallest) weights.set(value, weight);
  return weight;
}

const scalar: Weight = { bytes: 4, depth: 0 };
