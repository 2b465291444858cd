import { invalidRequest } from '../../../domain/errors.ts';
import { isUpdateOperator, type UpdateOperator } from '../../../domain/query/update.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { descend, isJsonObject, type ParseScope } from '../parse-scope.ts';

/** One operator, one field, its argument, and where the argument stands in the request. */
export interface UpdateEntry {
  readonly op: UpdateOperator;
  readonly field: string;
  readonly argument: Json;
  readonly scope: ParseScope;
}

/**
 * Reads both forms of an update: operators (`{$inc: {stock: -1}}`), or a plain object whose fields are set, except that
 * a value which is an object of one operator applies it (`{stock: {$inc: -1}}`). The forms are not mixed.
 */
export function updateEntries(source: JsonObject, scope: ParseScope): readonly UpdateEntry[] {
  const keys = Object.keys(source);
  const operators = keys.filter((key) => key.startsWith('$'));
  if (operators.length === 0)
    return Object.entries(source).map(([field, value]) => plainEntry(field, value, scope));
  const field = keys.find((key) => !key.startsWith('$'));
  if (field !== undefined)
    throw invalidRequest('an update holds either operators or fields', `${scope.path}.${field}`);
  return Object.entries(source).flatMap(([op, fields]) =>
    operatorEntries(op, fields, descend(scope, `.${op}`)),
  );
}

/** The same update in operator form. */
export function operatorForm(entries: readonly UpdateEntry[]): Readonly<Record<string, JsonObject>> {
  const fieldsOf = new Map<string, (readonly [string, Json])[]>();
  for (const { op, field, argument } of entries) {
    const fields = fieldsOf.get(op);
    if (fields === undefined) fieldsOf.set(op, [[field, argument]]);
    else fields.push([field, argument]);
  }
  return Object.fromEntries([...fieldsOf].map(([op, fields]) => [op, Object.fromEntries(fields)]));
}

function operatorEntries(op: string, fields: Json, scope: ParseScope): readonly UpdateEntry[] {
  if (!isUpdateOperator(op)) throw invalidRequest(`unknown update operator ${op}`, scope.path);
  if (!isJsonObject(fields)) throw invalidRequest(`${op} takes an object of fields`, scope.path);
  return Object.entries(fields).map(([field, argument]) => ({
    op,
    field,
    argument,
    scope: descend(scope, `.${field}`),
  }));
}

function plainEntry(field: string, value: Json, scope: ParseScope): UpdateEntry {
  const place = descend(scope, `.${field}`);
  const [key, ...others] = isJsonObject(value) ? Object.keys(value) : [];
  if (!isJsonObject(value) || key === undefined) return { op: '$set', field, argument: value, scope: place };
  if (isUpdateOperator(key) && others.length === 0)
    return { op: key, field, argument: value[key] ?? null, scope: descend(place, `.${key}`) };
  const misplaced = Object.keys(value).find(isUpdateOperator);
  if (misplaced !== undefined)
    throw invalidRequest('a field takes one operator and nothing beside it', `${place.path}.${misplaced}`);
  // Extended JSON is left to the value's own parser, which knows whether it stands here.
  if (key.startsWith('$') && !extendedJsonKeys.test(key))
    throw invalidRequest(`unknown update operator ${key}`, `${place.path}.${key}`);
  return { op: '$set', field, argument: value, scope: place };
}

// https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
const extendedJsonKeys =
  /^\$(oid|date|number(Int|Long|Double|Decimal)|binary|uuid|regularExpression|timestamp|minKey|maxKey|undefined|symbol|code|scope|dbPointer|ref|id|db)$/;
