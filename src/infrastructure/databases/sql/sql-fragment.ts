import type { Expression } from '../../../domain/query/expression.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { AccumulatorField } from '../../../domain/query/stage.ts';

/** What a driver binds. */
export type SqlScalar = null | boolean | number | bigint | string | Uint8Array;

/** A part of the query that a SQL function of our own evaluates; the executor binds a handle for it. */
export type SqlClosure =
  | { readonly kind: 'matches'; readonly leaf: Leaf }
  /** The value at `place` of the key by `sort`, whose paths all start with the same top-level field. */
  | { readonly kind: 'sort-key'; readonly sort: Sort; readonly place: number }
  /** `$group`, given the JSON of these top-level fields of the flat view, in this order. */
  | {
      readonly kind: 'group';
      readonly fields: readonly string[];
      readonly id: Expression;
      readonly accumulators: readonly AccumulatorField[];
    };

/**
 * Something about a collection that may change with any write ("no array stands at this path"). The executor checks
 * it in the same snapshot as the statement and renders `otherwise` where it does not hold.
 */
export interface SqlAssumption {
  readonly name: string;
  /** A query that gives a row when the assumption does not hold; cheap. */
  readonly refutedBy: SqlFragment;
}

export type SqlPart =
  | string
  | { readonly kind: 'value'; readonly value: SqlScalar }
  | { readonly kind: 'closure'; readonly closure: SqlClosure }
  | {
      readonly kind: 'assume';
      readonly assumption: SqlAssumption;
      readonly holds: SqlFragment;
      readonly otherwise: SqlFragment;
    };

/**
 * A piece of a SQL statement: constant text and bound parameters, never a value in the text. Immutable plain data;
 * made only by `sql`, `identifier`, `joinSql` and `assuming`.
 */
export interface SqlFragment {
  readonly parts: readonly SqlPart[];
}

type Interpolation = SqlFragment | SqlScalar;

/** `` sql`data ->> ${path} = ${value}` ``: fragments are inlined, everything else becomes a bound parameter. */
export function sql(text: TemplateStringsArray, ...values: readonly Interpolation[]): SqlFragment {
  const parts: SqlPart[] = [];
  text.forEach((constant, i) => {
    if (constant !== '') parts.push(constant);
    if (i >= values.length) return;
    const value = values[i];
    if (value === undefined) throw new TypeError('undefined is no SQL value');
    if (isFragment(value)) append(parts, value.parts);
    else parts.push({ kind: 'value', value });
  });
  return { parts };
}

/** Text that is known to hold no value of a caller: keywords, constants, text that an escaping function made. */
export function trustedSql(text: string): SqlFragment {
  return { parts: [text] };
}

/** A quoted identifier. @param quote `"` in standard SQL, a backtick in MySQL. */
export function identifier(name: string, quote: '"' | '`' = '"'): SqlFragment {
  if (name.includes('\0')) throw new TypeError('an identifier cannot hold a NUL character');
  return trustedSql(`${quote}${name.replaceAll(quote, quote + quote)}${quote}`);
}

export function closureSql(closure: SqlClosure): SqlFragment {
  return { parts: [{ kind: 'closure', closure }] };
}

/** `holds` while nothing refutes the assumption, `otherwise` from then on; both mean the same where both apply. */
export function assuming(assumption: SqlAssumption, holds: SqlFragment, otherwise: SqlFragment): SqlFragment {
  return { parts: [{ kind: 'assume', assumption, holds, otherwise }] };
}

/** What a fragment assumes. */
export function assumptionsOf({ parts }: SqlFragment): readonly SqlAssumption[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string' || part.kind !== 'assume') return [];
    return [part.assumption, ...assumptionsOf(part.holds), ...assumptionsOf(part.otherwise)];
  });
}

/** The fragment that is left where assumptions of these names do not hold, and all others do. */
export function settled(fragment: SqlFragment, refuted: ReadonlySet<string>): SqlFragment {
  const parts: SqlPart[] = [];
  for (const part of fragment.parts) {
    if (typeof part === 'string' || part.kind !== 'assume') parts.push(part);
    else
      append(parts, settled(refuted.has(part.assumption.name) ? part.otherwise : part.holds, refuted).parts);
  }
  return { parts };
}

export function joinSql(fragments: readonly SqlFragment[], separator: string): SqlFragment {
  const parts: SqlPart[] = [];
  fragments.forEach((fragment, i) => {
    if (i > 0) parts.push(separator);
    append(parts, fragment.parts);
  });
  return { parts };
}

/** `push(...added)` would put every part on the stack: a long list overflows it. */
function append(parts: SqlPart[], added: readonly SqlPart[]): void {
  for (const part of added) parts.push(part);
}

function isFragment(value: Interpolation): value is SqlFragment {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && 'parts' in value;
}
