import { invalidRequest } from '../../../domain/errors.ts';
import type { BitOperation, UpdateArguments } from '../../../domain/query/update.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Json } from '../../../domain/value/value.ts';
import { descend, isJsonObject, type ParseScope } from '../parse-scope.ts';
import { parseValue } from '../parse-value.ts';

/**
 * `{and: mask}`, `or`, `xor`, applied in the order given.
 * https://www.mongodb.com/docs/manual/reference/operator/update/bit/
 */
export function parseBit(source: Json, scope: ParseScope): UpdateArguments['$bit'] {
  if (!isJsonObject(source)) throw invalidRequest('$bit takes an object', scope.path);
  const operations = Object.entries(source).map(([operator, mask]): BitOperation => {
    const inner = descend(scope, `.${operator}`);
    if (operator !== 'and' && operator !== 'or' && operator !== 'xor')
      throw invalidRequest('$bit knows and, or, xor', inner.path);
    return { operator, mask: parseMask(mask, inner) };
  });
  if (operations.length === 0) throw invalidRequest('$bit takes at least one of and, or, xor', scope.path);
  return { operations };
}

function parseMask(source: Json, scope: ParseScope): number {
  const value = parseValue(source, scope);
  const typed = value instanceof TypedNumber && (value.type === 'int' || value.type === 'long');
  const mask = typed ? value.value : value;
  if (typeof mask === 'number' && Number.isSafeInteger(mask)) return mask;
  throw invalidRequest('a mask is an integer', scope.path);
}
