import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { parseCollectionName } from '../../src/domain/document/collection-name.ts';
import { invalidRequest } from '../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { testCall } from '../support/test-call.ts';
import { isObject } from './portable-ids.ts';
import { readers } from './read-commands.ts';
import { writers } from './write-commands.ts';

export interface CommandAnswer {
  readonly documents: readonly Json[];
  readonly response: JsonObject;
}

/** Runs one MongoDB command of the corpus through the repository, as the HTTP use cases would. */
export async function runCommand(
  repository: DocumentRepository,
  command: JsonObject,
  names: ReadonlyMap<string, string>,
): Promise<CommandAnswer> {
  const [[verb, target] = ['', null]] = Object.entries(command);
  const run = { ...readers, ...writers }[verb];
  if (run === undefined) throw invalidRequest('the corpus has no such command', verb);
  if (typeof target !== 'string') throw invalidRequest('a collection is named by a string', verb);
  const known: Json = renameCollections(command, names);
  return run(
    repository,
    names.get(checkedName(target)) ?? 'corpus_missing',
    isObject(known) ? known : {},
    testCall(),
  );
}

/** Refuses what our API would; the names that the corpus made of its tests' names are longer than ours may be. */
function checkedName(name: string): string {
  return name.includes('[') || name.length > 63 ? name : parseCollectionName(name, 'collection');
}

/** `$lookup`, `$graphLookup` and `$unionWith` name collections too. */
function renameCollections(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item: Json) => renameCollections(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const namesCollection = name === 'from' || name === '$unionWith' || name === 'coll';
      const renamed = namesCollection && typeof field === 'string' ? names.get(field) : undefined;
      return [name, renamed ?? renameCollections(field, names)];
    }),
  );
}
