import type { Call } from '../../src/application/ports/call.ts';
import type { DocumentRepository, FindQuery } from '../../src/application/ports/document-repository.ts';
import { collateFilter } from '../../src/application/query-language/collate-filter.ts';
import { parseCollation } from '../../src/application/query-language/parse-collation.ts';
import { parseFilter } from '../../src/application/query-language/parse-filter.ts';
import type { ParseOptions } from '../../src/application/query-language/parse-options.ts';
import { readPath } from '../../src/application/query-language/parse-path.ts';
import { parsePipeline } from '../../src/application/query-language/parse-pipeline.ts';
import { parseProjection } from '../../src/application/query-language/parse-projection.ts';
import { parseSort } from '../../src/application/query-language/parse-sort.ts';
import type { Document } from '../../src/domain/document/document.ts';
import { flatView } from '../../src/domain/document/flat-view.ts';
import { invalidRequest } from '../../src/domain/errors.ts';
import { compileProjection } from '../../src/domain/evaluation/compile-projection.ts';
import { EvaluationBudget } from '../../src/domain/evaluation/evaluation-context.ts';
import type { Filter } from '../../src/domain/query/filter.ts';
import type { Projection } from '../../src/domain/query/projection.ts';
import { toJson } from '../../src/domain/value/to-json.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { corpusAnswer, portableFilter, portablePipeline } from './portable-ids.ts';
import type { CommandAnswer } from './run-command.ts';

export type RunCommand = (
  repository: DocumentRepository,
  collection: string,
  command: JsonObject,
  call: Call,
) => Promise<CommandAnswer>;

export const readers: Readonly<Record<string, RunCommand>> = {
  find: async (repository, collection, command, call) => {
    const { query, show } = findQuery(command);
    const found = await Array.fromAsync(repository.find(collection, query, call));
    return { documents: found.map(show), response: {} };
  },
  aggregate: async (repository, collection, command, call) => {
    const pipeline = parsePipeline(portablePipeline(command.pipeline ?? null), queryOptions('pipeline'));
    const results = await Array.fromAsync(repository.aggregate(collection, pipeline, call));
    return { documents: results.map((result) => corpusAnswer(toJson(result))), response: {} };
  },
  count: async (repository, collection, command, call) => {
    const filter = commandFilter(command.query);
    const skip = wholeNumber(
      typeof command.skip === 'number' ? Math.trunc(command.skip) : command.skip,
      'skip',
    );
    const limit = Math.abs(wholeNumber(command.limit ?? 0, 'limit'));
    if (skip < 0) throw invalidRequest('skip is not negative', 'skip');
    const rest = Math.max(0, (await repository.count(collection, filter, call)) - skip);
    return { documents: [limit === 0 ? rest : Math.min(rest, limit)], response: {} };
  },
  distinct: async (repository, collection, command, call) => {
    const key = command.key;
    if (typeof key !== 'string') throw invalidRequest('a field is named by a string', 'key');
    const path = readPath(key, queryOptions('key'));
    const values = await repository.distinct(collection, path, commandFilter(command.query), call);
    return { documents: values.map((value) => corpusAnswer(toJson(value))), response: {} };
  },
};

export function queryOptions(path: string): ParseOptions {
  return { path, shortNames: false, extendedJson: false };
}

export function commandFilter(filter: Json | undefined, collation?: Json): Filter {
  const parsed = parseFilter(portableFilter(filter ?? {}), queryOptions('filter'));
  if (collation === undefined) return parsed;
  return collateFilter(parsed, parseCollation(collation, 'collation'), 'filter');
}

/** A document as MongoDB would return it, after the projection of a find or findAndModify. */
export function shownDocument(
  projection: Projection | undefined,
  filter: Filter,
): (document: Document) => Json {
  const context = { now: new Date(), budget: new EvaluationBudget(10_000_000, Number.POSITIVE_INFINITY) };
  const project = projection && compileProjection(projection, filter, context);
  return (document) => {
    const view = flatView(document);
    return corpusAnswer(toJson(project === undefined ? view : project(view)));
  };
}

function findQuery(command: JsonObject): { query: FindQuery; show: (document: Document) => Json } {
  const filter = commandFilter(command.filter);
  const source = command.projection;
  const projection = source === undefined ? undefined : parseProjection(source, queryOptions('projection'));
  const limit = Math.abs(wholeNumber(command.limit ?? 0, 'limit'));
  const skip = wholeNumber(command.skip, 'skip');
  if (skip < 0) throw invalidRequest('skip is not negative', 'skip');
  const query: FindQuery = {
    filter,
    sort: command.sort === undefined ? [] : parseSort(command.sort, queryOptions('sort')),
    skip,
    limit: limit === 0 ? undefined : limit,
    after: undefined,
    projection,
  };
  return { query, show: shownDocument(projection, filter) };
}

function wholeNumber(value: Json | undefined, path: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number') throw invalidRequest('a whole number is needed', path);
  if (!Number.isInteger(value)) throw invalidRequest('a whole number is needed', path);
  return value;
}
