import { validationError } from '../errors.ts';

const pattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/;

/** Whether `parseCollectionName` takes it. */
export function isCollectionName(value: string): boolean {
  return pattern.test(value) && !value.startsWith('system.');
}

/**
 * A collection's name, case-sensitive: `^[A-Za-z_][A-Za-z0-9_.-]{0,62}$` and not MongoDB's own `system.`. Rejects with
 * VALIDATION_ERROR. A database that cannot hold such a name as it is maps it, never refuses it.
 * @param path where the name stands in the request.
 */
export function parseCollectionName(value: unknown, path: string): string {
  if (typeof value !== 'string') throw validationError('a collection name is a string', path);
  if (!pattern.test(value))
    throw validationError(
      'a collection name starts with a letter or _, holds only letters, digits and _ . - and has at most 63 characters',
      path,
    );
  if (value.startsWith('system.'))
    throw validationError('collection names that start with "system." are reserved', path);
  return value;
}
