import { identifier, type SqlFragment } from '../sql/sql-fragment.ts';

/**
 * The table of a collection. SQLite ignores the case of table names and collections do not, so a name with capitals
 * is marked with where they stand; `$` occurs in no collection name, so that no two collections share a table and
 * none takes one of ours or of SQLite's.
 */
export function tableName(collection: string): string {
  // Most names; this is asked for every point read.
  if (lowerCase.test(collection)) return collection;
  let capitals = 0n;
  for (let i = 0; i < collection.length; i++)
    if (/[A-Z]/.test(collection.charAt(i))) capitals |= 1n << BigInt(i);
  const marked = capitals === 0n ? collection : `${collection}$${capitals.toString(36)}`;
  return /^sqlite_/i.test(collection) ? `_$${marked}` : marked;
}

const lowerCase = /^(?!sqlite_)[^A-Z]*$/;

export function tableOf(collection: string): SqlFragment {
  return identifier(tableName(collection));
}
