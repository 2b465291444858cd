import { invalidRequest } from '../../domain/errors.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import { RegexValue } from '../../domain/value/bson.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import { allOf, negate } from './combine-filters.ts';
import { type FilterReaders, isOperators } from './field-operation.ts';
import { fieldOperators } from './field-operators.ts';
import { parseGeo } from './parse-geo.ts';
import { parsePattern, patternFilter } from './parse-pattern.ts';
import { descend, isJsonObject, type ParseScope } from './parse-scope.ts';
import { parseValue } from './parse-value.ts';

/** The readers of conditions, over a reader of whole filters. */
export function conditionReaders(filter: FilterReaders['filter']): FilterReaders {
  const read: FilterReaders = {
    filter,
    condition: (path, source, scope) => readCondition(path, source, scope, read),
    operators: (path, source, scope) => readOperators(path, source, scope, read),
  };
  return read;
}

/** A value to be equal to, a regular expression, or operators. */
function readCondition(path: Path, source: Json, scope: ParseScope, read: FilterReaders): Filter {
  if (isOperators(source, scope)) return readOperators(path, source, scope, read);
  const value = parseValue(source, scope);
  return value instanceof RegexValue
    ? patternFilter(path, parsePattern(value.pattern, value.flags, scope))
    : { kind: 'compare', path, op: 'eq', value };
}

/** `{$gt: 1, $lt: 5}`: all must hold. */
function readOperators(path: Path, source: JsonObject, scope: ParseScope, read: FilterReaders): Filter {
  return allOf(
    Object.entries(source).map(([name, operand]) => {
      const inner = descend(scope, `.${name}`);
      if (name === '$not') return readNot(path, operand, inner, read);
      const geo = parseGeo(path, name, source, inner);
      if (geo !== undefined) return geo;
      const operator = Object.hasOwn(fieldOperators, name) ? fieldOperators[name] : undefined;
      if (operator === undefined) throw invalidRequest(`unknown operator ${name}`, inner.path);
      return operator({ path, operand, siblings: source, scope: inner, read });
    }),
  );
}

function readNot(path: Path, source: Json, scope: ParseScope, read: FilterReaders): Filter {
  if (isOperators(source, scope)) return negate(readOperators(path, source, scope, read));
  const value = isJsonObject(source) ? parseValue(source, scope) : undefined;
  if (!(value instanceof RegexValue))
    throw invalidRequest('$not needs an object of operators or a regular expression', scope.path);
  return negate(patternFilter(path, parsePattern(value.pattern, value.flags, scope)));
}
