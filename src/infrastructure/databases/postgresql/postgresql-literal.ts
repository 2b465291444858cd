import type { SqlFragment } from '../sql/sql-fragment.ts';

/** A text literal; the sessions have `standard_conforming_strings` on, so only the quote is special. */
export function quoted(text: string): string {
  if (text.includes('\0')) throw new TypeError('a SQL text literal cannot hold a NUL character');
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A fragment with its values written into the text, strictly quoted: for the definitions of indexes and triggers, which
 * take no parameters. The only place where a value becomes text.
 */
export function literalText({ parts }: SqlFragment): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.kind !== 'value') throw new TypeError('only values have a literal form');
      const { value } = part;
      if (value === null) return 'NULL';
      if (typeof value === 'string') return quoted(value);
      if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
      if (typeof value === 'number' || typeof value === 'bigint') return `(${value})`;
      return `'\\x${Buffer.from(value).toString('hex')}'::bytea`;
    })
    .join('');
}
