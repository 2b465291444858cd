import { invalidRequest } from '../../domain/errors.ts';
import type { ElemMatchLeaf, Filter } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { Json } from '../../domain/value/value.ts';
import { allOf, nothing } from './combine-filters.ts';
import { type FieldOperation, type FilterReaders, isOperators } from './field-operation.ts';
import { maxInValues } from './parse-in.ts';
import { descend, isJsonArray, isJsonObject, type ParseScope } from './parse-scope.ts';

/** `$all`: each member is an equality, a regular expression, or (then all are) an `$elemMatch`; of none it is nothing. */
export function parseAll({ path, operand, scope, read }: FieldOperation): Filter {
  if (!isJsonArray(operand)) throw invalidRequest('$all needs an array', scope.path);
  if (operand.length === 0) return nothing;
  if (operand.length > maxInValues) throw invalidRequest(`a list may hold ${maxInValues} values`, scope.path);
  const ofElements = isElemMatch(operand[0]);
  return allOf(
    operand.map((item, index) => {
      const inner = descend(scope, `[${index}]`);
      if (isElemMatch(item) !== ofElements || (!ofElements && isOperators(item, inner)))
        throw invalidRequest('$all holds values, or only {$elemMatch}', inner.path);
      return ofElements && isJsonObject(item)
        ? read.operators(path, item, inner)
        : read.condition(path, item, inner);
    }),
  );
}

function isElemMatch(source: Json | undefined): boolean {
  return isJsonObject(source) && Object.keys(source).join() === '$elemMatch';
}

export function parseElemMatch({ path, operand, scope, read }: FieldOperation): Filter {
  return readElemMatch(path, operand, scope, read);
}

/**
 * An array with an element for which the operand holds. Operators look at the element itself; fields, and what
 * combines filters (`$and`, `$or`, `$nor`…), at the element as a document.
 */
export function readElemMatch(
  path: Path,
  source: Json,
  scope: ParseScope,
  read: FilterReaders,
): ElemMatchLeaf {
  if (!isJsonObject(source)) throw invalidRequest('$elemMatch needs an object', scope.path);
  const [first = ''] = Object.keys(source);
  if (isOperators(source, scope) && !combining.has(first))
    return { kind: 'elemMatch', path, element: 'value', of: read.operators([], source, scope) };
  const of = read.filter(source, { ...scope, shortNames: false }, 'element');
  return { kind: 'elemMatch', path, element: 'document', of };
}

const combining: ReadonlySet<string> = new Set([
  '$and',
  '$or',
  '$nor',
  '$expr',
  '$text',
  '$where',
  '$jsonSchema',
  '$comment',
]);
