import type { SqlClosure, SqlFragment, SqlPart } from '../sql/sql-fragment.ts';
import { textLiteral } from './sqlite-json-path.ts';

/**
 * The same fragment with its values written into the text, for the definition of a partial index, where SQLite takes
 * no parameters. Strictly escaped.
 */
export function literalSql(fragment: SqlFragment): SqlFragment {
  return { parts: [fragment.parts.map(literal).join('')] };
}

function literal(part: SqlPart): string {
  if (typeof part === 'string') return part;
  if (part.kind === 'assume') return part.otherwise.parts.map(literal).join('');
  if (part.kind === 'closure') return closureLiteral(part.closure);
  const { value } = part;
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') return numberLiteral(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return stringLiteral(value);
  return `x'${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
}

/** As `field_matches` takes it in place of a handle. */
function closureLiteral(closure: SqlClosure): string {
  if (closure.kind !== 'matches') throw new TypeError('an index holds no sort key');
  return textLiteral(JSON.stringify(closure.leaf));
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
