import type { Call } from '../../../application/ports/call.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import { commandOptions, stream } from './mongodb-call.ts';
import type { OperationScope } from './mongodb-operations.ts';
import { type BsonDocument, mapFields, toValue } from './mongodb-values.ts';

/** Runs a pipeline in whole; the service's dates leave as the texts that they are everywhere else. */
export function aggregateNatively(
  { connection, session }: OperationScope,
  name: string,
  stages: readonly BsonDocument[],
  call: Call,
): AsyncIterable<PipelineDocument> {
  return stream(call, name, async () => {
    const db = await connection.db();
    const options = {
      ...commandOptions(call, session),
      signal: call.signal,
      allowDiskUse: true,
      batchSize: 1000,
    };
    const pipeline = [...stages];
    const ownDocuments = stages[0] !== undefined && Object.hasOwn(stages[0], '$documents');
    const cursor = ownDocuments
      ? db.aggregate(pipeline, options)
      : db.collection(name).aggregate(pipeline, options);
    return valuesOf(cursor);
  });
}

async function* valuesOf(cursor: AsyncIterable<BsonDocument>): AsyncIterable<PipelineDocument> {
  for await (const document of cursor) yield mapFields(document, asShown) as PipelineDocument;
}

function asShown(value: unknown, key: string): unknown {
  const isOwnDate = value instanceof Date && (key === '_created_at' || key === '_updated_at');
  return isOwnDate ? value.toISOString() : toValue(value);
}
