import type { Databases } from '../../../application/ports/databases.ts';
import { type DatabaseType, databaseTypes, offeredDatabases } from '../../../domain/database-type.ts';
import { invalidRequest, ServiceError } from '../../../domain/errors.ts';

/**
 * The database that a request names. An unknown name is INVALID_REQUEST; a known one that the configuration does not
 * have is CONNECTION_ERROR with the list of those that it has.
 * @param path where the name stands in the request.
 */
export function chooseDatabase(
  name: string | undefined,
  databases: Databases,
  path = 'X-Database-Type',
): DatabaseType {
  if (name === undefined) return databases.default;
  const type = databaseTypes.find((known) => known === name);
  if (type === undefined)
    throw invalidRequest(`not a database; one of: ${offeredDatabases.join(', ')}`, path);
  if (!databases.configured.includes(type))
    throw new ServiceError('CONNECTION_ERROR', `the database "${type}" is not configured`, {
      database: type,
      configured: databases.configured,
    });
  return type;
}
