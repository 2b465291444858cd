import { type DatabaseType, databaseTable } from '../../domain/database-type.ts';
import { type ServiceError, unsupportedOperation } from '../../domain/errors.ts';

/** @param capability by the name that the database's capabilities give it: `collections.rename`. */
export function unsupportedCapability(type: DatabaseType, capability: string): ServiceError {
  return unsupportedOperation(
    type,
    capability,
    `${databaseTable[type].title} does not support ${capability}`,
  );
}
