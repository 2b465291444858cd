import type { Call } from '../../../application/ports/call.ts';
import { isExtendedJson } from '../../../application/query-language/parse-extended-json.ts';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { Change, Modification, ModifyOutcome } from '../../../domain/document/modification.ts';
import { applyModification } from '../../../domain/evaluation/apply-modification.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget, type EvaluationContext } from '../../../domain/evaluation/evaluation-context.ts';
import type { Update, UpdateOperation } from '../../../domain/query/update.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { asRead } from './mongodb-documents.ts';
import { toBson, toRelaxedJson } from './mongodb-values.ts';

/**
 * The document after a change that the server made of `before`, so that one round trip tells both; undefined where
 * only the server knows (BSON types, its clock).
 */
export function predictAfter(
  modification: Modification,
  before: Document,
  now: Date,
  call: Call,
): Document | undefined {
  const { change } = modification;
  const versioned = { ...before, version: before.version + 1, updatedAt: now.toISOString() };
  switch (change.kind) {
    case 'remove':
      return undefined;
    case 'merge':
    case 'replace': {
      const given = asRead(change.data);
      const data = change.kind === 'replace' ? given : { ...before.data.value, ...given };
      const metadata = change.metadata === undefined ? before.metadata : asRead(change.metadata);
      return { ...versioned, data: DocumentBody.fromValue(data), metadata };
    }
    case 'update': {
      if (!isExact(change.update, before)) return undefined;
      const outcome = applied(modification, before, now, call);
      return outcome.status === 'modified' ? { ...versioned, data: outcome.after.data } : undefined;
    }
  }
}

/**
 * What a change that only the server can judge will come to, as far as that is certain beforehand: it leaves the
 * document as it is, or makes one that breaks the rules of documents, which MongoDB does not know.
 */
export function predictRefusal(
  modification: Modification,
  before: Document,
  now: Date,
  call: Call,
): Extract<ModifyOutcome, { status: 'unchanged' | 'failed' }> | undefined {
  const { change } = modification;
  if (change.kind === 'update' && !isExact(change.update, before)) return undefined;
  const outcome = applied(modification, before, now, call);
  if (outcome.status === 'unchanged') return outcome;
  return outcome.status === 'failed' && outcome.error.code === 'VALIDATION_ERROR' ? outcome : undefined;
}

/** What an upsert inserts. */
export function predictInserted(collection: string, modification: Modification, call: Call): ModifyOutcome {
  const change = withJsonValues(modification.change);
  const outcome = applyModification(
    collection,
    { ...modification, change },
    undefined,
    contextOf(new Date(), call),
  );
  if (outcome.status !== 'inserted') return outcome;
  const { after } = outcome;
  return { status: 'inserted', after: { ...after, data: DocumentBody.fromValue(asRead(after.data.value)) } };
}

/** Whether a document meets the condition of a modification, where MongoDB cannot be asked. */
export function meetsCondition({ where }: Modification, document: Document, call: Call): boolean {
  return where === undefined || compileFilter(where, contextOf(new Date(), call))(flatView(document));
}

function applied(modification: Modification, before: Document, now: Date, call: Call): ModifyOutcome {
  const expectedVersion = undefined;
  return applyModification(
    before.collection,
    { ...modification, expectedVersion },
    before,
    contextOf(now, call),
  );
}

function contextOf(now: Date, call: Call): EvaluationContext {
  return { now, budget: new EvaluationBudget(10_000_000, call.deadline) };
}

/** Whether the domain's arithmetic is the server's here: only plain JSON is touched, and no clock of the server's. */
function isExact(update: Update, before: Document): boolean {
  if (update.kind === 'pipeline')
    return (
      !holdsExtendedJson(before.data.value) &&
      !update.stages.some(({ source }) =>
        /\$\$(NOW|CLUSTER_TIME)|"\$rand"|"\$to(Date|ObjectId|Decimal)|\$date/.test(JSON.stringify(source)),
      )
    );
  if (holdsExtendedJson(update.source.update)) return false;
  return update.operations.every(
    (operation) =>
      operation.op !== '$currentDate' &&
      touched(operation).every((field) => !holdsExtendedJson(before.data.value[field] ?? null)),
  );
}

function touched(operation: UpdateOperation): readonly string[] {
  const [field = ''] = operation.path;
  return operation.op === '$rename' ? [field, operation.to[0] ?? ''] : [field];
}

function holdsExtendedJson(json: Json): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (isArray(json)) return json.some(holdsExtendedJson);
  return isExtendedJson(json) || Object.values(json).some(holdsExtendedJson);
}

function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** The change with its BSON values written as Extended JSON, as which they pass through the domain unharmed. */
function withJsonValues(change: Change): Change {
  if (change.kind !== 'update' || change.update.kind === 'pipeline') return change;
  const operations = change.update.operations.map(withJsonValue);
  return { kind: 'update', update: { ...change.update, operations } };
}

function withJsonValue(operation: UpdateOperation): UpdateOperation {
  switch (operation.op) {
    case '$set':
    case '$setOnInsert':
    case '$min':
    case '$max':
      return { ...operation, value: asJson(operation.value) };
    case '$push':
    case '$addToSet':
      return { ...operation, values: operation.values.map(asJson) };
    default:
      return operation;
  }
}

function asJson(value: Value): Json {
  return toRelaxedJson(toBson(value));
}
