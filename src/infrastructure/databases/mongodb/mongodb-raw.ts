import type { Db } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { commandOptions, run } from './mongodb-call.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { bindParameters } from './mongodb-raw-parameters.ts';
import { type BsonDocument, isBsonDocument, toBsonDocument, toRelaxedJson } from './mongodb-values.ts';

/** Commands that only read; https://www.mongodb.com/docs/manual/reference/command/ */
const readCommands: ReadonlySet<string> = new Set([
  'aggregate',
  'buildInfo',
  'collStats',
  'count',
  'dbStats',
  'distinct',
  'explain',
  'find',
  'hello',
  'listCollections',
  'listIndexes',
  'ping',
]);
const writeCommands: ReadonlySet<string> = new Set([
  'collMod',
  'create',
  'createIndexes',
  'delete',
  'drop',
  'dropIndexes',
  'findAndModify',
  'insert',
  'update',
]);

/** Keys that run code, anywhere in a command. */
const codeKeys: ReadonlySet<string> = new Set(['$where', '$function', '$accumulator', '$code']);
const writeStages: ReadonlySet<string> = new Set(['$out', '$merge']);
/** What belongs to the connection, not to the caller. */
const reservedKeys: ReadonlySet<string> = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'maxTimeMS',
  'writeConcern',
  'readConcern',
  'apiVersion',
]);

/** Runs a command of the allow-list with a time and a row limit; a cursor's documents are the rows, else the answer is. */
export async function runRawCommand(
  connection: MongodbConnection,
  raw: RawCommand,
  call: Call,
): Promise<RawResult> {
  const { query } = raw;
  if (typeof query === 'string') throw invalidRequest('a command of MongoDB is an object', 'query');
  const bound = bindParameters(query, raw.params);
  checkCommand(bound, raw.allowWrites);
  const command = toBsonDocument(bound, 'query');
  return run(call, undefined, async () => {
    const rows = await rowsOf(await connection.db(), command, raw.maxRows, call);
    return { columns: [], rows };
  });
}

function checkCommand(command: JsonObject, allowWrites: boolean): void {
  const [name = ''] = Object.keys(command);
  const known = readCommands.has(name) || writeCommands.has(name);
  if (!known) throw invalidRequest(`the command ${name} is not among the allowed ones`, 'query');
  if (writeCommands.has(name) && !allowWrites) throw readOnly(name);
  for (const key of Object.keys(command))
    if (reservedKeys.has(key)) throw invalidRequest(`${key} is set by the service`, `query.${key}`);
  const target = command[name];
  checkSource(target);
  checkSource(command.viewOn);
  checkKeys(command, allowWrites, 'query');
  if (name === 'explain' && isObject(target)) checkCommand(target, allowWrites);
}

/** Stages that read or write another collection than the command names. */
const sourceStages: ReadonlySet<string> = new Set([
  '$lookup',
  '$graphLookup',
  '$unionWith',
  '$out',
  '$merge',
]);

/** A collection, as a name or as the operand of a stage that names one: of this database, and none of the system's. */
function checkSource(source: Json | undefined): void {
  if (typeof source === 'string' && (source.startsWith('system.') || /[$\0]/.test(source)))
    throw new ServiceError('PERMISSION_DENIED', 'collections of the system are not for callers', {});
  if (!isObject(source)) return;
  if (source.db !== undefined)
    throw new ServiceError('PERMISSION_DENIED', 'other databases are not for callers', {});
  for (const member of [source.from, source.coll, source.into]) checkSource(member);
}

function checkKeys(value: Json, allowWrites: boolean, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (codeKeys.has(key))
      throw invalidRequest(`${key} is refused: the service runs no code of callers`, path);
    if (writeStages.has(key) && !allowWrites) throw readOnly(key);
    if (sourceStages.has(key)) checkSource(member);
    checkKeys(member, allowWrites, `${path}.${key}`);
  }
}

function readOnly(name: string): ServiceError {
  return new ServiceError('PERMISSION_DENIED', `${name} writes, and raw queries are read-only here`, {});
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const cursorCommands: ReadonlySet<string> = new Set(['aggregate', 'find', 'listCollections', 'listIndexes']);

async function rowsOf(
  db: Db,
  command: BsonDocument,
  maxRows: number,
  call: Call,
): Promise<readonly JsonObject[]> {
  const [name = ''] = Object.keys(command);
  const options = { ...commandOptions(call, undefined), signal: call.signal };
  const sent: BsonDocument = { ...command, maxTimeMS: options.maxTimeMS };
  if (!cursorCommands.has(name)) {
    const {
      $clusterTime: _time,
      operationTime: _operation,
      ...answer
    } = await db.command(sent, { signal: call.signal });
    return [toRelaxedJson(answer) as JsonObject];
  }
  const rows: JsonObject[] = [];
  const complete = name === 'aggregate' && !isBsonDocument(sent.cursor) ? { ...sent, cursor: {} } : sent;
  const cursor = db.runCursorCommand(complete);
  try {
    for await (const row of cursor) {
      if (rows.length >= maxRows) break;
      rows.push(toRelaxedJson(row) as JsonObject);
    }
  } finally {
    await cursor.close();
  }
  return rows;
}
