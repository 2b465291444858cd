import type { Leaf } from '../../../domain/query/filter.ts';
import { andSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { keyRank, orderKey } from './postgresql-order-key.ts';
import { arrayText } from './postgresql-paths.ts';
import { literalPattern } from './postgresql-pattern.ts';
import { keyBetween } from './postgresql-value-condition.ts';

/** A leaf in terms of the order key that indexes hold. Where it holds of a document without arrays, the leaf does. */
export interface KeyCondition {
  readonly native: SqlFragment;
  /** Whether it may also hold of a document with arrays for which the leaf does not. */
  readonly misleadsOnArrays: boolean;
}

/** Undefined: the order key says nothing about the leaf. */
export function keyCondition(leaf: Leaf, key: SqlFragment, exact: SqlFragment): KeyCondition | undefined {
  if (leaf.kind === 'compare') {
    const value = orderKey(leaf.value);
    if (value === undefined || value === '') return undefined;
    const isNull = value === keyRank.null;
    if (isNull && (leaf.op === 'gt' || leaf.op === 'lt')) return undefined;
    const native = leaf.op === 'eq' || isNull ? sql`${key} = ${value}` : keyBetween(key, leaf.op, value);
    return { native, misleadsOnArrays: isNull };
  }
  if (leaf.kind === 'in') {
    const keys = leaf.values.map(orderKey).filter((one) => one !== undefined);
    if (leaf.patterns.length > 0 || keys.length < leaf.values.length) return undefined;
    return {
      native: sql`${key} = ANY(${arrayText(keys)}::text[])`,
      misleadsOnArrays: keys.includes(keyRank.null),
    };
  }
  const literal = leaf.kind === 'regex' ? literalPattern(leaf) : undefined;
  if (literal === undefined || !literal.anchored || literal.text === '') return undefined;
  const from = keyRank.string + literal.text;
  const native = andSql([sql`${key} >= ${from}`, sql`${key} < ${after(from)}`, exact]);
  return { native, misleadsOnArrays: false };
}

/** The least text that comes after every text with this prefix. */
function after(prefix: string): string {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  for (let i = points.length - 1; i >= 0; i--) {
    const point = points[i] ?? 0;
    if (point >= 0x10_ffff) continue;
    const next = point + 1 >= 0xd800 && point + 1 <= 0xdfff ? 0xe000 : point + 1;
    return String.fromCodePoint(...points.slice(0, i), next);
  }
  return '9';
}
