import type { ErrorCode } from '../../../domain/errors.ts';

type Meaning = readonly [code: ErrorCode, message: string];

const unreachable: Meaning = ['CONNECTION_ERROR', 'MongoDB is not available'];
const slow: Meaning = ['QUERY_TIMEOUT', 'the query took longer than the request may'];
const mistake: Meaning = ['INVALID_REQUEST', 'MongoDB refuses this request'];
const index: Meaning = ['INDEX_ERROR', 'MongoDB refuses this index'];
const expensive: Meaning = ['QUERY_TOO_EXPENSIVE', 'the query needs more memory than one may use'];
const unsupported: Meaning = ['UNSUPPORTED_OPERATION', 'this MongoDB server cannot do that'];

const busy: Meaning = ['RATE_LIMIT_EXCEEDED', 'MongoDB takes no more requests just now'];

export const noRetries =
  'this server has no retryable writes: add retryWrites=false to the address of MongoDB';

/** By the server's number of the error. */
export const errorCodes: Readonly<Record<number, Meaning>> = {
  2: ['INVALID_REQUEST', 'MongoDB refuses a value of this request'],
  4: mistake,
  5: mistake,
  6: unreachable,
  7: unreachable,
  9: mistake,
  11: unreachable,
  13: ['DATABASE_ERROR', 'the service may not do this on MongoDB'],
  14: ['INVALID_REQUEST', 'a value has a type that the operator does not take'],
  15: mistake,
  16: mistake,
  17: mistake,
  18: ['CONNECTION_ERROR', 'MongoDB does not accept the credentials'],
  20: unsupported,
  26: ['COLLECTION_NOT_FOUND', 'no such collection'],
  27: ['INDEX_ERROR', 'no such index'],
  28: ['INVALID_REQUEST', 'the path leads through a value that cannot hold it'],
  29: mistake,
  40: ['INVALID_REQUEST', 'two operators change the same path'],
  48: ['VALIDATION_ERROR', 'the collection exists'],
  50: slow,
  52: ['INVALID_REQUEST', 'a field name may not start with $ here'],
  54: mistake,
  55: mistake,
  56: ['INVALID_REQUEST', 'a field name may not be empty here'],
  57: ['INVALID_REQUEST', 'a field name may not hold a dot here'],
  59: unsupported,
  66: ['INVALID_REQUEST', 'the id of a document cannot change'],
  67: index,
  72: mistake,
  73: ['VALIDATION_ERROR', 'MongoDB refuses this collection name'],
  85: index,
  86: ['INDEX_ERROR', 'an index of this name with another definition exists'],
  89: unreachable,
  91: unreachable,
  115: unsupported,
  121: ['VALIDATION_ERROR', "the document breaks the collection's validator"],
  146: expensive,
  171: index,
  189: unreachable,
  197: index,
  202: unreachable,
  238: unsupported,
  241: mistake,
  262: slow,
  263: ['UNSUPPORTED_OPERATION', 'MongoDB cannot do this within a transaction'],
  260: ['INVALID_REQUEST', 'this is no position of the change log'],
  280: ['INVALID_REQUEST', 'the change log does not hold this position: start without Last-Event-ID'],
  286: ['INVALID_REQUEST', 'this position has left the change log: start without Last-Event-ID'],
  292: expensive,
  // Amazon DocumentDB: retryable writes, features, stages.
  301: ['UNSUPPORTED_OPERATION', noRetries],
  303: unsupported,
  304: unsupported,
  10003: ['VALIDATION_ERROR', 'a document of a capped collection cannot grow'],
  10334: ['PAYLOAD_TOO_LARGE', 'the document is larger than MongoDB stores (16 MiB)'],
  10107: unreachable,
  11600: unreachable,
  // By killOp.
  11601: ['QUERY_TIMEOUT', 'the query was ended by MongoDB or who runs it'],
  11602: unreachable,
  13388: unreachable,
  13435: unreachable,
  13436: unreachable,
  // Azure Cosmos DB: too many requests.
  16500: busy,
  16819: expensive,
  16945: expensive,
  17280: ['PAYLOAD_TOO_LARGE', 'a key of an index is too large'],
  17419: ['PAYLOAD_TOO_LARGE', 'the document is larger than MongoDB stores (16 MiB)'],
};
