import { createHash } from 'node:crypto';
import { identifier } from '../sql/sql-fragment.ts';

/** Our own tables beside the ledger of indexes, named with `$`, which no collection's name has. */
export const ledgerTables = {
  uniqueKeys: identifier('$unique_keys', '`'),
  outbox: identifier('$outbox', '`'),
} as const;

/** What a collection can be called and a table too; https://dev.mysql.com/doc/refman/8.4/en/identifier-length.html */
const tablePattern = /^[A-Za-z_$][A-Za-z0-9_.$-]{0,63}$/;

/**
 * The table of a collection: its name as it is. Where the server does not tell capital letters apart
 * (`lower_case_table_names`), they are written `$x`, so that two collections never share a table.
 */
export function tableName(collection: string, caseSensitive: boolean): string {
  const name = caseSensitive
    ? collection
    : collection.replace(/[A-Z]/g, (letter) => `$${letter.toLowerCase()}`);
  if (tablePattern.test(name)) return name;
  // Too long, or a name of a $lookup that no collection has.
  const readable = collection
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '')
    .slice(0, 40);
  return `${readable}$${createHash('sha256').update(collection).digest('hex').slice(0, 20)}`;
}
