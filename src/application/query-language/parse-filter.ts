import { invalidRequest } from '../../domain/errors.ts';
import type { ElemMatchLeaf, Filter } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { Json } from '../../domain/value/value.ts';
import { allOf, anyOf, everything, negate, nothing } from './combine-filters.ts';
import type { FilterPlace } from './field-operation.ts';
import { readElemMatch } from './parse-array-operators.ts';
import { conditionReaders } from './parse-condition.ts';
import { parseExpression } from './parse-expression.ts';
import { parseJsonSchema } from './parse-json-schema.ts';
import { parseNumber } from './parse-number.ts';
import type { ParseOptions } from './parse-options.ts';
import { dbRefFields, splitPath } from './parse-path.ts';
import {
  descend,
  isJsonArray,
  isJsonObject,
  nodesOf,
  type ParseScope,
  spendNodes,
  startScope,
} from './parse-scope.ts';
import { parseText } from './parse-text.ts';

/**
 * MongoDB's query language, read strictly and normalised (see `Filter`). Rejects every mistake with INVALID_REQUEST and
 * the path of it. https://www.mongodb.com/docs/manual/reference/operator/query/
 */
export function parseFilter(source: Json, options: ParseOptions): Filter {
  return readFilter(source, startScope(options), 'root');
}

/** The condition of an `$elemMatch` on its own, as a projection has it. */
export function parseElementCondition(path: Path, source: Json, options: ParseOptions): ElemMatchLeaf {
  return readElemMatch(path, source, startScope(options), readers);
}

/** The condition on one field on its own, as `$pull` has it: a value or operators. */
export function parseFieldCondition(path: Path, source: Json, options: ParseOptions): Filter {
  return readers.condition(path, source, startScope(options));
}

/** An object of conditions on fields and of operators that combine them. */
function readFilter(source: Json, scope: ParseScope, place: FilterPlace): Filter {
  if (!isJsonObject(source)) throw invalidRequest('a filter is an object', scope.path);
  return allOf(
    Object.entries(source).map(([name, condition]) =>
      readEntry(name, condition, descend(scope, `.${name}`), place),
    ),
  );
}

const readers = conditionReaders(readFilter);

function readEntry(name: string, source: Json, scope: ParseScope, place: FilterPlace): Filter {
  if (!name.startsWith('$') || dbRefFields.has(name))
    return readers.condition(readField(name, scope), source, scope);
  const reader = Object.hasOwn(topLevel, name) ? topLevel[name] : undefined;
  if (reader === undefined) throw invalidRequest(`unknown top-level operator ${name}`, scope.path);
  return reader(source, scope, place);
}

/** A path of many segments is work for every document. */
function readField(name: string, scope: ParseScope): Path {
  const path = splitPath(name, scope);
  spendNodes(scope, path.length >> 2);
  return path;
}

type EntryReader = (source: Json, scope: ParseScope, place: FilterPlace) => Filter;

const topLevel: Readonly<Record<string, EntryReader>> = {
  $and: (source, scope, place) => allOf(readList(source, scope, place)),
  $or: (source, scope, place) => anyOf(readList(source, scope, place)),
  $nor: (source, scope, place) => negate(anyOf(readList(source, scope, place))),
  $comment: () => everything,
  $expr: readExpr,
  $sampleRate: readSampleRate,
  $jsonSchema: (source, scope) => ({ kind: 'jsonSchema', schema: parseJsonSchema(source, scope), source }),
  $text: (source, scope, place) => {
    onlyAtRoot('$text', scope, place);
    return parseText(source, scope);
  },
  $where: (_source, scope) => refuseCode('$where', scope),
  $function: (_source, scope) => refuseCode('$function', scope),
  $accumulator: (_source, scope) => refuseCode('$accumulator', scope),
};

function readList(source: Json, scope: ParseScope, place: FilterPlace): readonly Filter[] {
  if (!isJsonArray(source) || source.length === 0)
    throw invalidRequest('needs an array of at least one filter', scope.path);
  return source.map((item, index) => readFilter(item, descend(scope, `[${index}]`), place));
}

function readExpr(source: Json, scope: ParseScope, place: FilterPlace): Filter {
  onlyAtRoot('$expr', scope, place);
  spendNodes(scope, nodesOf(source));
  return { kind: 'expr', expression: parseExpression(source, scope, scope.variables), source };
}

/** What MongoDB makes of it: a random number for each document, compared with the rate. */
function readSampleRate(source: Json, scope: ParseScope, place: FilterPlace): Filter {
  const rate = parseNumber(source, scope);
  if (rate === undefined || !(rate >= 0 && rate <= 1))
    throw invalidRequest('$sampleRate needs a number from 0 to 1', scope.path);
  if (rate === 1) return everything;
  return rate === 0 ? nothing : readExpr({ $lt: [{ $rand: {} }, rate] }, scope, place);
}

function onlyAtRoot(operator: string, scope: ParseScope, place: FilterPlace): void {
  if (place !== 'root') throw invalidRequest(`${operator} cannot stand inside $elemMatch`, scope.path);
}

function refuseCode(operator: string, scope: ParseScope): never {
  throw invalidRequest(`${operator} is refused: the service runs no code of callers`, scope.path);
}
