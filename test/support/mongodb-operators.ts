import type { WireCommand, WireDocument } from './mongodb-wire.ts';

/**
 * Every name in a command that the server reads as an operator, a stage or an option, told from what it reads as a
 * value: stored documents, the operands of `$eq` and `$set`, what stands in `$literal`.
 * https://www.mongodb.com/docs/manual/reference/command/
 */
export function operatorsOf({ name, body }: WireCommand): readonly string[] {
  const found: string[] = [];
  const inside = name === 'explain' && isDocument(body.explain) ? body.explain : body;
  for (const key of ['filter', 'query']) query(inside[key], found);
  for (const statement of [...list(inside.updates), ...list(inside.deletes), inside].filter(isDocument)) {
    query(statement.q, found);
    update(statement.u ?? statement.update, found);
    for (const filter of list(statement.arrayFilters)) query(filter, found);
  }
  for (const stage of list(inside.pipeline)) expression(stage, found);
  for (const index of list(inside.indexes))
    if (isDocument(index)) query(index.partialFilterExpression, found);
  for (const projection of [inside.projection, inside.fields]) expression(projection, found);
  return found;
}

/** Operators whose operand is a value, whatever it looks like. */
const ofValues: ReadonlySet<string> = new Set([
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$regex',
  '$options',
  '$comment',
]);

function query(source: unknown, found: string[]): void {
  if (!isDocument(source)) return;
  for (const [key, operand] of Object.entries(source)) {
    if (!key.startsWith('$')) condition(operand, found);
    else {
      found.push(key);
      if (key === '$expr') expression(operand, found);
      else if (!ofValues.has(key)) for (const part of [operand, ...list(operand)]) query(part, found);
    }
  }
}

/** A field's condition: operators if the first key is one, else the value that the field must equal. */
function condition(operand: unknown, found: string[]): void {
  if (isDocument(operand) && Object.keys(operand)[0]?.startsWith('$')) query(operand, found);
}

function expression(source: unknown, found: string[]): void {
  for (const item of list(source)) expression(item, found);
  if (!isDocument(source)) return;
  for (const [key, operand] of Object.entries(source)) {
    if (key.startsWith('$')) found.push(key);
    if (key === '$match' || key === 'restrictSearchWithMatch') query(operand, found);
    else if (key !== '$literal') expression(operand, found);
  }
}

const ofConditions: ReadonlySet<string> = new Set(['$pull']);
const ofModifiers: ReadonlySet<string> = new Set(['$push', '$addToSet']);

function update(source: unknown, found: string[]): void {
  if (Array.isArray(source)) expression(source, found);
  if (!isDocument(source)) return;
  for (const [operator, fields] of Object.entries(source)) {
    if (operator.startsWith('$')) found.push(operator);
    for (const operand of isDocument(fields) ? Object.values(fields) : []) {
      if (ofConditions.has(operator)) condition(operand, found);
      if (ofModifiers.has(operator) && isDocument(operand) && Object.keys(operand)[0] === '$each')
        found.push(...Object.keys(operand));
    }
  }
}

function isDocument(value: unknown): value is WireDocument {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return (value as { _bsontype?: unknown })._bsontype === undefined && !(value instanceof Date);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
