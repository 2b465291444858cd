import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { ServiceError } from '../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';
import type { CorpusCase } from './corpus-case.ts';
import { isObject, portableId } from './portable-ids.ts';
import { runCommand } from './run-command.ts';
import { sameAnswer } from './same-answer.ts';

/**
 * What became of the cases of one group, whose documents are written once: undefined for one that passed, else what
 * was wrong, in a few words.
 * @param lane groups of different lanes may run side by side.
 */
export async function runGroup(
  repository: DocumentRepository,
  group: readonly CorpusCase[],
  lane = 0,
): Promise<readonly (string | undefined)[]> {
  const [first] = group;
  if (first === undefined) return [];
  const collections = { [first.collection ?? 'coll']: first.docs, ...first.collections };
  const names = new Map(
    Object.keys(collections).map((name, index) => [name, `corpus_${lane === 0 ? '' : `${lane}_`}${index}`]),
  );
  try {
    for (const [name, docs] of Object.entries(collections))
      await fill(repository, names.get(name) ?? '', docs);
  } catch (error) {
    return group.map((one) => refusal(error, one));
  }
  const verdicts: (string | undefined)[] = [];
  for (const one of group)
    verdicts.push(await judge(repository, one, names).catch((error: unknown) => refusal(error, one)));
  return verdicts;
}

async function fill(
  repository: DocumentRepository,
  collection: string,
  docs: readonly JsonObject[],
): Promise<void> {
  const call = testCall();
  await repository.deleteMany(collection, { kind: 'everything' }, call);
  const documents = docs.map(({ _id, ...data }) => testDocument(collection, documentId(_id), data));
  if (documents.length === 0) return;
  const outcomes = await repository.insert(collection, documents, true, call);
  for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
}

let made = 0;
function documentId(id: Json | undefined): string {
  if (id === undefined) return `made-${(made++).toString().padStart(9, '0')}`;
  const portable = portableId(id);
  return typeof portable === 'string' ? portable : JSON.stringify(portable);
}

async function judge(
  repository: DocumentRepository,
  one: CorpusCase,
  names: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  for (const command of one.before ?? []) await runCommand(repository, command, names);
  const answer = await runCommand(repository, one.command, names);
  if (one.error_code !== null && answer.response.writeErrors !== undefined) return undefined;
  if (one.error_code !== null) return `answered where MongoDB refuses with ${one.error_code}`;
  const wrong = wrongResponse(answer.response, one.response ?? {});
  if (wrong !== undefined) return wrong;
  if (one.expected === null) return undefined;
  const documents =
    one.then === undefined ? answer.documents : (await runCommand(repository, one.then, names)).documents;
  if (sameAnswer(documents, one.expected, one)) return undefined;
  return `answered ${JSON.stringify(documents).slice(0, 300)}, expected ${JSON.stringify(one.expected).slice(0, 300)}`;
}

/** The counts and documents that the case asserts, of those that our API answers too. */
function wrongResponse(actual: JsonObject, expected: JsonObject): string | undefined {
  for (const [name, value] of Object.entries(expected)) {
    const got = actual[name];
    if (got === undefined) continue;
    const nested =
      isObject(value) && isObject(got) && name === 'lastErrorObject' ? wrongResponse(got, value) : undefined;
    if (nested !== undefined) return nested;
    if (name === 'lastErrorObject') continue;
    if (!sameAnswer([got], [value], { ...emptyCase, order: 'any' })) {
      return `${name} is ${JSON.stringify(got)}, expected ${JSON.stringify(value)}`;
    }
  }
  return undefined;
}

const emptyCase: CorpusCase = {
  id: '',
  docs: [],
  command: {},
  expected: null,
  error_code: null,
  plain: true,
};

function refusal(error: unknown, one: CorpusCase): string | undefined {
  if (!(error instanceof ServiceError)) throw new Error(`case ${one.id} broke the service`, { cause: error });
  const status = `${error.code}: ${error.message}`;
  if (['DATABASE_ERROR', 'INTERNAL_ERROR', 'CONNECTION_ERROR', 'QUERY_TIMEOUT'].includes(error.code))
    return `broke with ${status}`;
  return one.error_code === null ? `refused with ${status} at ${JSON.stringify(error.details)}` : undefined;
}
