import { assertNever } from '../../../domain/assert-never.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import type { PullCondition, Update, UpdateOperation } from '../../../domain/query/update.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { JsonObject, Value } from '../../../domain/value/value.ts';
import { allOf, anyOf, plainPlace, renderFilter } from './mongodb-filter.ts';
import { type BsonDocument, toBson } from './mongodb-values.ts';

/**
 * The condition that a change changes something, to be part of the statement's filter, so that the version rises only
 * then: `always`, a query, or `unknown` where MongoDB's query language cannot tell. Which operator is which and why:
 * docs/decisions/mongodb-atomic-updates.md.
 */
export type ChangeCondition = 'always' | 'unknown' | BsonDocument;

export function updateChanges(update: Update): ChangeCondition {
  if (update.kind === 'pipeline') return 'unknown';
  const conditions = update.operations.map(operationChanges);
  if (conditions.includes('always')) return 'always';
  const queries = conditions.filter((condition) => typeof condition !== 'string');
  return queries.length < conditions.length ? 'unknown' : anyOf(queries);
}

/** Top-level fields of `data` are set. */
export function mergeChanges(data: JsonObject, metadata: JsonObject | undefined): ChangeCondition {
  const names = Object.keys(data);
  if (!names.every(isPlainName)) return 'unknown';
  return anyOf([
    ...names.map((name) => differs(name, data[name] ?? null)),
    ...(metadata === undefined ? [] : [differs('_metadata', metadata)]),
  ]);
}

/** Whether a field's name is also a path to it. */
export function isPlainName(name: string): boolean {
  return name !== '' && !name.includes('.') && !name.startsWith('$');
}

function operationChanges(operation: UpdateOperation): ChangeCondition {
  if (operation.path.some((segment) => segment.startsWith('$'))) return 'unknown';
  const parents = arrayParents(operation.path);
  const condition = conditionOf(operation, parents);
  if (typeof condition === 'string' || condition === nothing || parents === undefined) return condition;
  // Through an array, what removes does nothing; what creates is refused, and so the server must see it.
  return removing.has(operation.op)
    ? allOf([condition, ...parents.map((parent) => ({ $nor: [parent] }))])
    : anyOf([condition, ...parents]);
}

const removing: ReadonlySet<UpdateOperation['op']> = new Set(['$unset', '$pop', '$pull', '$pullAll']);

/** That a step of the path is an array; undefined where the path has positions, which may lead through one. */
function arrayParents(path: readonly string[]): readonly BsonDocument[] | undefined {
  if (!path.every((segment) => isPlainName(segment) && !/^\d+$/.test(segment))) return undefined;
  return path.slice(1).map((_, index) => ({ [path.slice(0, index + 1).join('.')]: { $type: 'array' } }));
}

function conditionOf(
  operation: UpdateOperation,
  parents: readonly BsonDocument[] | undefined,
): ChangeCondition {
  const path = operation.path.join('.');
  // A query takes a number also for the name of a field of an array's elements, an update only for a position.
  const positions = parents === undefined;
  switch (operation.op) {
    case '$setOnInsert':
      return nothing;
    case '$currentDate':
      return 'always';
    case '$set':
      return positions ? 'unknown' : differs(path, operation.value);
    case '$inc':
      return isZero(operation.value) ? 'unknown' : 'always';
    case '$unset':
    case '$rename':
      return positions ? 'unknown' : exists(path);
    case '$push':
      return operation.values.length > 0 && operation.slice === undefined ? 'always' : 'unknown';
    case '$pop':
      return positions ? 'unknown' : anyOf([{ [`${path}.0`]: { $exists: true } }, noArray(path)]);
    case '$min':
    case '$max':
      return positions ? 'unknown' : beats(path, operation.op, operation.value);
    case '$addToSet':
      return positions || operation.values.some(Array.isArray) ? 'unknown' : lacksOne(path, operation.values);
    case '$pullAll':
      return positions || operation.values.some(Array.isArray)
        ? 'unknown'
        : anyOf([...operation.values.map((value) => has(path, value)), noArray(path)]);
    case '$pull':
      return positions ? 'unknown' : pulls(path, operation.condition);
    case '$mul':
    case '$bit':
      return 'unknown';
    default:
      return assertNever(operation);
  }
}

function exists(path: string): BsonDocument {
  return { [path]: { $exists: true } };
}

function isZero(value: Value): boolean {
  return value === 0 || (value instanceof TypedNumber && value.value === 0);
}

const nothing: BsonDocument = { $nor: [{}] };

/** The field is missing or holds something else. In `$expr` an array is compared whole, not by element. */
function differs(path: string, value: Value): BsonDocument {
  const other = { $expr: { $ne: [`$${path}`, { $literal: toBson(value) }] } };
  return value === null ? { $or: [{ [path]: { $exists: false } }, other] } : other;
}

function beats(path: string, operator: '$min' | '$max', value: Value): BsonDocument {
  const comparison = operator === '$min' ? '$lt' : '$gt';
  return {
    $or: [
      { [path]: { $exists: false } },
      { $expr: { [comparison]: [{ $literal: toBson(value) }, `$${path}`] } },
    ],
  };
}

function has(path: string, value: Value): BsonDocument {
  return { [path]: { $elemMatch: { $eq: toBson(value) } } };
}

function lacksOne(path: string, values: readonly Value[]): BsonDocument {
  return {
    $or:
      values.length === 0
        ? [{ [path]: { $exists: false } }]
        : values.map((value) => ({ $nor: [has(path, value)] })),
  };
}

/** What the server refuses must reach it: the field is there and no array. */
function noArray(path: string): BsonDocument {
  return { $and: [exists(path), { [path]: { $not: { $type: 'array' } } }] };
}

/** Conditions on values are not those of `$elemMatch`: `$pull` looks also into an element that is an array. */
function pulls(path: string, condition: PullCondition): ChangeCondition {
  if (condition.kind === 'equals')
    return Array.isArray(condition.value) ? 'unknown' : anyOf([has(path, condition.value), noArray(path)]);
  if (condition.element !== 'document' || matchesNothing(condition.of)) return 'unknown';
  const matching = renderFilter(condition.of, plainPlace);
  return matching === undefined ? 'unknown' : anyOf([{ [path]: { $elemMatch: matching } }, noArray(path)]);
}

/** Whether a document without fields matches. `$elemMatch` then also takes an array for one, which `$pull` does not. */
function matchesNothing(filter: Filter): boolean {
  const context = { now: new Date(0), budget: new EvaluationBudget(100_000, Number.POSITIVE_INFINITY) };
  return compileFilter(filter, context)({});
}
