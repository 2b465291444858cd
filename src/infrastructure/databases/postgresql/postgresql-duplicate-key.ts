import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { hasState, sqlState, toServiceError } from './postgresql-errors.ts';
import type { PostgresqlExecutor } from './postgresql-executor.ts';

export function duplicateId(collection: string): ServiceError {
  return new ServiceError('DUPLICATE_KEY', 'a document with this id exists', { collection, key: '_id' });
}

/** The error of one row, when it is that: a unique key that is taken, a text that does not fit. Else undefined. */
export async function rowFailure(
  executor: PostgresqlExecutor,
  collection: string,
  error: unknown,
  call: Call,
): Promise<ServiceError | undefined> {
  if (hasState(error, sqlState.uniqueViolation)) {
    const number = /^unique_(\d+)_pkey$/.exec(error.constraint ?? '')?.[1];
    return number === undefined
      ? foreignKeyTaken(collection, error.constraint ?? '', error)
      : duplicateKey(executor, collection, Number(number), error, call);
  }
  return hasState(error, sqlState.rowTooLarge, '22P02', '22P05', '22021') ? toServiceError(error) : undefined;
}

/** A constraint that another program gave the table. */
function foreignKeyTaken(collection: string, index: string, cause: Error): ServiceError {
  return new ServiceError('DUPLICATE_KEY', 'a unique key exists already', { collection, index }, cause);
}

async function duplicateKey(
  executor: PostgresqlExecutor,
  collection: string,
  number: number,
  cause: Error,
  call: Call,
): Promise<ServiceError> {
  const text = 'SELECT name FROM document_service.indexes WHERE number = $1';
  const [row] = await executor.read({ text, values: [number] }, call);
  const index = row?.[0] ?? '';
  return new ServiceError(
    'DUPLICATE_KEY',
    `the unique index ${index} has this key already`,
    { collection, index },
    cause,
  );
}
