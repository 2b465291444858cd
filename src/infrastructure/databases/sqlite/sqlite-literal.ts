import type { SqlFragment, SqlPart } from '../sql/sql-fragment.ts';
import { textLiteral } from './sqlite-json-path.ts';

/**
 * The same fragment with its values written into the text, for the definition of a partial index, where SQLite takes
 * no parameters. Strictly escaped; closures stand as the JSON text of their leaf.
 */
export function literalSql(fragment: SqlFragment): SqlFragment {
  return { parts: [fragment.parts.map(literal).join('')] };
}

function literal(part: SqlPart): string {
  if (typeof part === 'string') return part;
  if (part.kind === 'assume') return part.otherwise.parts.map(literal).join('');
  if (part.kind === 'closure')
    return textLiteral(
      JSON.stringify(part.closure.kind === 'matches' ? part.closure.leaf : part.closure.field),
    );
  const { value } = part;
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') return numberLiteral(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return stringLiteral(value);
  return `x'${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
}

/** JavaScript's shortest form of a double is read back as the same double. */
function numberLiteral(value: number): string {
  if (value === Number.NEGATIVE_INFINITY) return '-9e999';
  return Number.isInteger(value) && !String(value).includes('e') ? `${value}.0` : String(value);
}

function stringLiteral(value: string): string {
  if (!value.includes('\0')) return textLiteral(value);
  return `(${value.split('\0').map(textLiteral).join(' || char(0) || ')})`;
}
