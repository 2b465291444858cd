import type { Filter } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { Json, JsonObject } from '../../domain/value/value.ts';
import { isExtendedJson } from './parse-extended-json.ts';
import { dbRefFields } from './parse-path.ts';
import { isJsonObject, type ParseScope } from './parse-scope.ts';

/** `root`: `$expr` and `$text` may stand here; `element`: inside `$elemMatch`, where they may not. */
export type FilterPlace = 'root' | 'element';

/** The recursive entries of the filter parser, handed to the parsers of single operators. */
export interface FilterReaders {
  readonly filter: (source: Json, scope: ParseScope, place: FilterPlace) => Filter;
  /** What stands after a field's name. */
  readonly condition: (path: Path, source: Json, scope: ParseScope) => Filter;
  /** An object of operators after a field's name. */
  readonly operators: (path: Path, source: JsonObject, scope: ParseScope) => Filter;
}

/** One operator after a field's name. */
export interface FieldOperation {
  readonly path: Path;
  readonly operand: Json;
  /** The object that the operator stands in: `$regex` and `$options` look at each other. */
  readonly siblings: JsonObject;
  readonly scope: ParseScope;
  readonly read: FilterReaders;
}

/** Whether an object is made of operators: its first key says so, as in MongoDB. */
export function isOperators(source: Json, scope: ParseScope): source is JsonObject {
  if (!isJsonObject(source)) return false;
  const [first] = Object.keys(source);
  if (first === undefined || !first.startsWith('$') || dbRefFields.has(first)) return false;
  return !(scope.extendedJson && isExtendedJson(source));
}
